/** Every refusal kata can give and its HTTP status (http-api.md §16). */
export const codes = {
  validation: 400,
  invalid_metadata_value: 400,
  removed_param: 400,
  prefix_too_short: 400,
  cursor_conflict: 400,
  same_project: 400,
  actor_header_required: 400,
  auth_required: 401,
  auth_invalid: 403,
  token_invalid: 403,
  token_read_only: 403,
  token_admin_forbidden: 403,
  bootstrap_token_write_forbidden: 403,
  origin_forbidden: 403,
  host_forbidden: 403,
  not_found: 404,
  project_not_found: 404,
  project_not_initialized: 404,
  issue_not_found: 404,
  link_not_found: 404,
  alias_not_found: 404,
  token_not_found: 404,
  method_not_allowed: 405,
  not_acceptable: 406,
  conflict: 409,
  project_alias_conflict: 409,
  project_binding_conflict: 409,
  project_archived: 409,
  project_already_archived: 409,
  project_has_open_issues: 409,
  project_merge_import_mapping_collision: 409,
  project_merge_archived_source: 409,
  project_merge_archived_target: 409,
  alias_is_last: 409,
  prefix_ambiguous: 409,
  idempotency_mismatch: 409,
  idempotency_deleted: 409,
  duplicate_candidates: 409,
  parent_already_set: 409,
  parent_mismatch: 409,
  parent_has_open_children: 409,
  cross_project_links: 409,
  recurrence_pinned: 409,
  confirm_required: 412,
  confirm_mismatch: 412,
  revision_conflict: 412,
  error: 413,
  unsupported_media_type: 415,
  rate_limited: 429,
  sibling_throttle: 429,
  duplicate_message: 429,
  internal: 500,
  daemon_unavailable: 503,
  instance_uid_unset: 503,
  storage_full: 503,
  storage_failed: 503,
  storage_damaged: 503,
} as const;

/** What the command line refuses by itself, without a daemon: its kind and exit code (cli.md §1.1). */
const localKinds = { usage: 2, validation: 3, not_found: 4, confirm: 6, daemon_unavailable: 7, checks_failed: 1, internal: 1 } as const;

export type Code = keyof typeof codes;
export type LocalKind = keyof typeof localKinds;
export type Kind = LocalKind | "conflict";

export type WireError = {
  status: number;
  error: { code: string; message: string; hint?: string; data?: unknown };
};

type More = { hint?: string | undefined; data?: unknown; cause?: unknown; status?: number };

/**
 * An expected refusal: its message is written for the caller and is safe to show.
 * Whatever else is thrown is a bug, reported as `internal`, and only logged.
 */
export class KataError extends Error {
  override readonly name = "KataError";
  readonly code: Code;
  readonly status: number;
  readonly hint: string | undefined;
  readonly data: unknown;

  /** `status` is for codes of a newer daemon, and for `error`, which several statuses share. */
  constructor(code: Code, message: string, more: More = {}) {
    super(message, { cause: more.cause });
    this.code = code;
    this.status = more.status ?? codes[code];
    this.hint = more.hint;
    this.data = more.data;
  }

  static from(thrown: unknown): KataError {
    if (thrown instanceof KataError) return thrown;
    return new KataError("internal", "Something went wrong inside kata.", { cause: thrown });
  }

  toWire(): WireError {
    const { code, status, message, hint, data } = this;
    return { status, error: { code, message, ...(hint !== undefined && { hint }), ...(data !== undefined && { data }) } };
  }
}

/** What programs decide by where a request was sent and no reply came: whether it was done is not known. */
export type LostCode = "outcome_unknown" | "create_outcome_unknown";

/** A refusal of the command line itself: it has a kind, and no code of the HTTP interface. */
export class LocalError extends Error {
  override readonly name = "LocalError";
  readonly kind: LocalKind;
  readonly hint: string | undefined;
  readonly code: LostCode | undefined;
  readonly data: unknown;

  constructor(kind: LocalKind, message: string, hint?: string, more: { code?: LostCode; data?: unknown } = {}) {
    super(message);
    this.kind = kind;
    this.hint = hint;
    this.code = more.code;
    this.data = more.data;
  }
}

const statusKinds: Record<number, [Kind, number]> = {
  400: ["validation", 3],
  404: ["not_found", 4],
  409: ["conflict", 5],
  412: ["confirm", 6],
};

/** The kind and the exit code that the command line gives a refusal (cli.md §1.1). */
export function outcomeOf(error: KataError | LocalError): { kind: Kind; exit: number } {
  if (error instanceof LocalError) return { kind: error.kind, exit: localKinds[error.kind] };
  const [kind, exit] = statusKinds[error.status] ?? ["internal", 1];
  return { kind, exit };
}
