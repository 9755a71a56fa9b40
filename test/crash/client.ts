import { homeOf } from "../../src/config/home.ts";
import type { Workspace } from "../workspace.ts";

export type Created = { status: number; uid: string; issue: number; reused: boolean; headers: Headers; code: string | undefined };

const PATIENCE_MS = 20_000;
let number = 0;

/** A title that is like no other. */
export const newTitle = (): string => `${Bun.randomUUIDv7("base64url")} ${++number}`;

/** Sends a request to the workspace's daemon without the program between them. */
export function api(kata: Workspace, path: string, init: RequestInit = {}): Promise<Response> {
  return fetch(`http://kata.invalid/api/v1${path}`, { signal: AbortSignal.timeout(PATIENCE_MS), ...init, unix: homeOf(kata.env).socket });
}

/** Whether the daemon went away before it answered. */
export const isCut = (error: unknown): boolean =>
  /^(?:ECONNRESET|ECONNREFUSED|ConnectionRefused|ConnectionClosed|FailedToOpenSocket|ENOENT|EPIPE)$/.test(
    String((error as { code?: unknown }).code),
  );

/** Whether a daemon of the workspace answers. */
export const isUp = (kata: Workspace): Promise<boolean> =>
  api(kata, "/ping").then(
    ({ ok }) => ok,
    () => false,
  );

/** The uids of the workspace's issues. */
export async function uidsOf(kata: Workspace): Promise<string[]> {
  const { issues } = (await (await api(kata, "/projects/1/issues?limit=100000")).json()) as { issues: { uid: string }[] };
  return issues.map(({ uid }) => uid).toSorted();
}

/** Asks the workspace's daemon for an issue. Rejects where no answer comes. */
export async function create(kata: Workspace, title: string, more: { body?: string; key?: string } = {}): Promise<Created> {
  const response = await api(kata, "/projects/1/issues", {
    method: "POST",
    headers: { "content-type": "application/json", ...(more.key !== undefined && { "idempotency-key": more.key }) },
    body: JSON.stringify({ actor: "ada", title, ...(more.body !== undefined && { body: more.body }) }),
  });
  const said = (await response.json()) as { issue?: { uid: string; id: number }; reused?: boolean; error?: { code: string } };
  const { status, headers } = response;
  return { status, uid: said.issue?.uid ?? "", issue: said.issue?.id ?? 0, reused: said.reused ?? false, headers, code: said.error?.code };
}
