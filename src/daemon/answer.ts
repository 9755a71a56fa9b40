/** A reply with a status or headers of its own; handlers whose reply is plain return the body. */
export class Answer<Body> {
  readonly body: Body;
  readonly headers: Record<string, string>;
  readonly status: number | undefined;

  constructor(body: Body, more: { headers?: Record<string, string>; status?: number } = {}) {
    this.body = body;
    this.headers = more.headers ?? {};
    this.status = more.status;
  }
}

/** The revision of what is answered, as `If-Match` takes it. */
export function etag({ revision }: { revision: number }): { etag: string } {
  return { etag: `"rev-${revision}"` };
}
