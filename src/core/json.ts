declare global {
  interface JSON {
    /** tc39.es/proposal-json-parse-with-source; the runtime has it, its types do not yet. */
    rawJSON(text: string): unknown;
    isRawJSON(value: unknown): boolean;
  }
}

/**
 * Where a number may begin that does not come out of a double as it went in: with a point, an exponent or many digits. A
 * colon inside a time, as in 12:00:00.000, follows no quote.
 */
const UNSURE = /(?:^|"\s*:|[[,])\s*-?(?:\d+[.eE]|\d{16})/;

/** Parses JSON so that `JSON.stringify` writes every number as it was: those that are no safe integers come as raw JSON. */
export function parseJson(text: string): unknown {
  if (!UNSURE.test(text)) return JSON.parse(text) as unknown;
  return JSON.parse(text, (_key, found: unknown, context?: { source?: string }) => {
    const source = context?.source ?? "";
    return typeof found === "number" && (/[.eE]/.test(source) || !Number.isSafeInteger(found)) ? JSON.rawJSON(source) : found;
  }) as unknown;
}

/** Whether a value of `parseJson` is an object: neither a list nor a number that is kept raw. */
export function isJsonObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !JSON.isRawJSON(value);
}

/** So deep lists and objects may stand in each other: whatever walks through them later has a stack that ends. */
export const DEEPEST = 1_000;

/** Whether lists and objects stand in each other more than `most` deep. The text need not be JSON. */
export function isDeeper(text: string, most: number): boolean {
  if (text.length <= 2 * most) return false;
  let depth = 0;
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}]/g)) {
    if (token === "[" || token === "{") depth += 1;
    else if (token === "]" || token === "}") depth -= 1;
    if (depth > most) return true;
  }
  return false;
}
