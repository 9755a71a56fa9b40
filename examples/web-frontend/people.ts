/** What a provider says of a user, as far as this application looks at it. */
export type Claims = { sub: string; email?: unknown; email_verified?: unknown };

/** Who is which kata actor. */
export type People = {
  /** A verified e-mail address, or `sub:` and the provider's own id of the user, and the actor that it is. */
  actors: ReadonlyMap<string, string>;
  /** In this domain every other verified address is the actor of what stands before its @. */
  domain: string | undefined;
};

/** Reads `{"actors": {…}, "domain": "…"}`. */
export function checkPeople(given: unknown): People {
  const { actors = {}, domain, ...rest } = isObject(given) ? given : fail("must be an object");
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) fail(`${JSON.stringify(unknown)} is no member of it; there are "actors" and "domain"`);
  if (domain !== undefined && (typeof domain !== "string" || !/^[^@\s]+$/.test(domain)))
    fail('"domain" must be a domain, such as "example.com"');
  if (!isObject(actors)) fail('"actors" must be an object');
  const entries = Object.entries(actors).map(([key, actor]): [string, string] => {
    if (typeof actor !== "string" || actor.trim() === "") return fail(`the actor of ${JSON.stringify(key)} must be a text`);
    return [key.startsWith("sub:") ? key : key.toLowerCase(), actor];
  });
  return { actors: new Map(entries), domain: domain?.toLowerCase() };
}

/**
 * The actor of a user, if there is one. An address counts only where the provider has verified it; names that users choose
 * for themselves, such as `preferred_username`, never do. Nobody becomes by the rule whom the table says somebody else is.
 */
export function actorOf({ sub, email, email_verified }: Claims, { actors, domain }: People): string | undefined {
  const bySubject = actors.get(`sub:${sub}`);
  if (bySubject !== undefined) return bySubject;
  if (typeof email !== "string" || email_verified !== true) return undefined;
  const address = email.toLowerCase();
  const listed = actors.get(address);
  if (listed !== undefined) return listed;
  const [, name = "", at = ""] = /^([a-z0-9][a-z0-9._-]*)@([^@]+)$/.exec(address) ?? [];
  return domain !== undefined && at === domain && !new Set(actors.values()).has(name) ? name : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function fail(message: string): never {
  throw new Error(message);
}
