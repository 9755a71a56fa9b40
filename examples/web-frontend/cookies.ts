import type { BunRequest } from "bun";

/** `session` says who is signed in, `attempt` which sign-in was begun here. Both are ids that mean nothing elsewhere. */
type Name = "session" | "attempt";

/** No script reads them, no other site's form sends them, and with https nobody but this very host can set them. */
function attributes(url: URL) {
  return { path: "/", httpOnly: true, sameSite: "lax", secure: url.protocol === "https:" } as const;
}

function fullName(name: Name, url: URL): string {
  return url.protocol === "https:" ? `__Host-${name}` : name;
}

export function readCookie(request: BunRequest, name: Name, url: URL): string | null {
  return request.cookies.get(fullName(name, url));
}

/** Sets a cookie that ends with the browser, or takes it away. */
export function setCookie(request: BunRequest, name: Name, url: URL, value: string | undefined): void {
  const cookie = { name: fullName(name, url), ...attributes(url) };
  request.cookies.set(value === undefined ? { ...cookie, value: "", maxAge: 0 } : { ...cookie, value });
}
