/** Where the daemon is. */
export type Place = { name: string; base: string; unix?: string };

/** The daemon said no: `message` and `hint` are written to be shown. */
export class Refused extends Error {
  readonly status: number;
  readonly code: string;
  readonly hint: string | undefined;
  readonly data: unknown;

  constructor(status: number, { code, message, hint, data }: { code: string; message: string; hint?: string; data?: unknown }) {
    super(message);
    [this.status, this.code, this.hint, this.data] = [status, code, hint, data];
  }

  /** Whether it was the token that was refused: revoked, expired, unknown. */
  get isAboutToken(): boolean {
    return ["token_invalid", "auth_invalid", "auth_required"].includes(this.code);
  }
}

/** The daemon did not answer: whether a change was made is not known. */
export class Unreachable extends Error {}

type Sent = { body?: unknown; headers?: Record<string, string>; signal?: AbortSignal };

const PATIENCE_MS = 10_000;

/** kata's HTTP interface. Every call says whose token it goes by. */
export class Kata {
  readonly #place: Place;

  constructor(place: Place) {
    this.#place = place;
  }

  async call<T>(token: string, method: string, path: string, sent: Sent = {}): Promise<T> {
    const response = await this.open(token, method, path, { signal: AbortSignal.timeout(PATIENCE_MS), ...sent });
    try {
      return (await response.json()) as T;
    } catch (cause) {
      throw new Unreachable(`${this.#place.name} broke off its answer`, { cause });
    }
  }

  /** The answer as it comes, unless it is a refusal. */
  async open(token: string, method: string, path: string, { body, headers, signal }: Sent): Promise<Response> {
    const { base, unix, name } = this.#place;
    const response = await fetch(`${base}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body !== undefined && { "content-type": "application/json" }), ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(unix !== undefined && { unix }),
      ...(signal && { signal }),
      // A token goes to its daemon alone: through no proxy of the environment, and along with no redirect.
      proxy: false as unknown as string,
      redirect: "manual",
    }).catch((cause: unknown) => {
      throw new Unreachable(`${name} does not answer`, { cause });
    });
    if (response.ok) return response;
    const refusal = (await response.json().catch(() => undefined)) as { error?: ConstructorParameters<typeof Refused>[1] } | undefined;
    if (!refusal?.error) throw new Unreachable(`${name} answered ${response.status}, and not as kata does`);
    throw new Refused(response.status, refusal.error);
  }
}
