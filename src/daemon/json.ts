import { KataError } from "../core/error.ts";
import { isDeeper, parseJson } from "../core/json.ts";

/** Bytes that a body may have where its route says nothing else. */
export const BODY_LIMIT = 1_048_576;
/** So deep lists and objects may stand in each other: whatever walks through them later has a stack that ends. */
const DEEPEST = 1_000;

/**
 * Reads a body strictly (http-api.md §1): UTF-8 without a byte order mark, one value, no member twice. Numbers that are
 * not written as integers come as raw JSON, so that no integer schema takes them and metadata keeps them as they were.
 */
export async function readJson(request: Request, limit: number): Promise<unknown> {
  const bytes = await readBytes(request, limit);
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new KataError("validation", "body: is not UTF-8", { cause });
  }
  if (text.trim() === "") throw new KataError("validation", "body: is missing; send a JSON object");
  if (isDeeper(text, DEEPEST)) throw new KataError("validation", `body: has lists or objects more than ${DEEPEST} deep in each other`);
  const value = parse(text);
  const broken = /\\u[dD][89a-fA-F]/.test(text) ? loneSurrogate(value) : undefined;
  if (broken !== undefined) throw new KataError("validation", `${broken || "body"}: has half of a surrogate pair, which no text can hold`);
  const twice = duplicate(text);
  if (twice !== undefined) throw new KataError("validation", `${twice}: is there twice`);
  return value;
}

async function readBytes(request: Request, limit: number): Promise<Uint8Array> {
  const tooLarge = () => new KataError("error", `The body has more than ${limit} bytes.`, { status: 413 });
  const length = request.headers.get("content-length");
  if (Number(length ?? 0) > limit) throw tooLarge();
  if (length !== null) return request.bytes();
  const pieces: Uint8Array[] = [];
  let total = 0;
  for await (const piece of request.body ?? []) {
    total += piece.length;
    if (total > limit) throw tooLarge();
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

function parse(text: string): unknown {
  try {
    return parseJson(text);
  } catch (cause) {
    throw new KataError("validation", `body: is not JSON (${cause instanceof Error ? cause.message : "unreadable"})`, { cause });
  }
}

/** Where the first half of a surrogate pair stands, as a path; a name that has one is left out of it. */
function loneSurrogate(value: unknown): string | undefined {
  if (typeof value === "string") return value.isWellFormed() ? undefined : "";
  if (typeof value !== "object" || value === null) return undefined;
  for (const [name, member] of Object.entries(value)) {
    if (!name.isWellFormed()) return "";
    const within = loneSurrogate(member);
    if (within !== undefined) return within === "" ? name : `${name}.${within}`;
  }
  return undefined;
}

/** The first member that an object names twice, as a path. The text is known to be JSON: every string before a colon is a name. */
function duplicate(text: string): string | undefined {
  const open: { names: Set<string>; last: string }[] = [];
  for (const [token, name] of text.matchAll(/("(?:[^"\\]|\\.)*")\s*:|"(?:[^"\\]|\\.)*"|[{}]/g)) {
    if (token === "{") open.push({ names: new Set(), last: "" });
    else if (token === "}") open.pop();
    else if (name !== undefined) {
      const object = open.at(-1);
      const decoded = JSON.parse(name) as string;
      if (!object) continue;
      if (object.names.has(decoded)) return [...open.slice(0, -1).map(({ last }) => last), decoded].join(".");
      object.names.add(decoded);
      object.last = decoded;
    }
  }
  return undefined;
}
