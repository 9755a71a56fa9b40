/**
 * What a route asks of its caller: `open` nothing; `read` that it may read; `resolve` the same, though it is a POST;
 * `stream` that it may follow events; `write` that it may change things; `tokens` that it administers tokens;
 * `operate` that it runs the daemon: for others it is no route.
 */
export type Needs = "open" | "read" | "resolve" | "stream" | "write" | "tokens" | "operate";

/** Why a caller is not let through. */
export type Refusal = "auth_required" | "bootstrap_token_write_forbidden" | "token_read_only" | "token_admin_forbidden" | "not_found";

type Caller = { who: string; may: Record<Needs, true | Refusal> };

/** Every kind of caller, and what each may do: the one table. */
export const callers = {
  owner: {
    who: "whoever reaches a private socket or loopback address where no token is set",
    may: { open: true, read: true, resolve: true, stream: true, write: true, tokens: true, operate: true },
  },
  shared: {
    who: "the shared token",
    may: { open: true, read: true, resolve: true, stream: true, write: true, tokens: true, operate: true },
  },
  bootstrap: {
    who: "the same token in identity mode",
    may: { open: true, read: true, resolve: true, stream: true, write: "bootstrap_token_write_forbidden", tokens: true, operate: true },
  },
  identity: {
    who: "a token of one's own",
    may: { open: true, read: true, resolve: true, stream: true, write: true, tokens: "token_admin_forbidden", operate: "not_found" },
  },
  viewer: {
    who: "a read-only token",
    may: {
      open: true,
      read: true,
      resolve: true,
      stream: true,
      write: "token_read_only",
      tokens: "token_admin_forbidden",
      operate: "not_found",
    },
  },
  proxied: {
    who: "a trusted proxy, with a token where one is set",
    may: { open: true, read: true, resolve: true, stream: true, write: true, tokens: "token_admin_forbidden", operate: "not_found" },
  },
  proxied_bootstrap: {
    who: "a trusted proxy with the bootstrap token, in identity mode",
    may: {
      open: true,
      read: true,
      resolve: true,
      stream: true,
      write: "bootstrap_token_write_forbidden",
      tokens: "token_admin_forbidden",
      operate: "not_found",
    },
  },
  reader: {
    who: "anybody, where the daemon runs with --insecure-readonly",
    may: {
      open: true,
      read: true,
      resolve: "auth_required",
      stream: "auth_required",
      write: "auth_required",
      tokens: "auth_required",
      operate: "not_found",
    },
  },
  anonymous: {
    who: "anybody, where a token is set",
    may: {
      open: true,
      read: "auth_required",
      resolve: "auth_required",
      stream: "auth_required",
      write: "auth_required",
      tokens: "auth_required",
      operate: "auth_required",
    },
  },
} as const satisfies Record<string, Caller>;

export type CallerKind = keyof typeof callers;

/** Who a request comes from. */
export type Principal = {
  kind: CallerKind;
  /** The token of its own that it came with; streams end with it. */
  token?: { id: number; actor: string; expires_at: string | null };
  /** What a trusted proxy's header says of the actor, as it came; empty when it says nothing. */
  asserted?: string;
};

/** Whether a kind of caller may, or why not. */
export function verdict(kind: CallerKind, needs: Needs): true | Refusal {
  return callers[kind].may[needs];
}

/** Whether it is a stranger, who learns nothing of the machine; through a proxy anybody may be one. */
export function isStranger({ kind, asserted }: Principal): boolean {
  return kind === "anonymous" || kind === "reader" || asserted !== undefined;
}
