import type { Html } from "./html.ts";

/**
 * Nothing is kept by the browser or anybody between, no other site frames a page, and a page runs nothing that is not from here.
 * The origin of a form is still sent: it is looked at.
 */
const HEADERS = {
  "cache-control": "no-store",
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  "referrer-policy": "same-origin",
  "x-content-type-options": "nosniff",
};

export function page({ text }: Html, status = 200): Response {
  return new Response(text, { status, headers: { ...HEADERS, "content-type": "text/html; charset=utf-8" } });
}

export function seeOther(place: string | URL): Response {
  return new Response(null, { status: 303, headers: { ...HEADERS, location: String(place) } });
}

export function stream(frames: AsyncGenerator<string>): Response {
  // The runtime takes generators, and reads on only as fast as the browser does.
  return new Response(frames as unknown as ReadableStream, {
    headers: { ...HEADERS, "content-type": "text/event-stream", "x-accel-buffering": "no" },
  });
}

export function file(name: string, type: string): Response {
  return new Response(Bun.file(new URL(name, import.meta.url)), {
    headers: { ...HEADERS, "cache-control": "no-cache", "content-type": `${type}; charset=utf-8` },
  });
}
