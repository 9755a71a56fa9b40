const SHAPE = /^[0-9a-hjkmnp-tv-z]{4,26}$/;

export const SHORTEST_ID = 4;
export const LONGEST_ID = 26;

/** Whether `text` could be a short id: 4 to 26 characters of Crockford's alphabet in lower case. */
export function isShortId(text: string): boolean {
  return SHAPE.test(text);
}

/** The short id of `length` characters of an issue: the end of its ULID in lower case (data-model.md §3). */
export function shortIdOf(uid: string, length: number): string {
  return uid.slice(-length).toLowerCase();
}
