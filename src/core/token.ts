const PREFIX = "kata_";
const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const RANDOM_LENGTH = 30;
const CHECKSUM_LENGTH = 6;
const OURS = /^kata_[0-9A-Za-z]{36}$/;
const ALMOST = /^kata_[0-9A-Za-z]{34,38}$/;
/** What the original kata mints: 32 random bytes as base64url, without a checksum. */
const ORIGINAL = /^kata_[0-9A-Za-z_-]{43}$/;

/** Ten years: what is meant to end is not meant to outlive its purpose. */
export const LONGEST_LIFE_S = 315_360_000;

/** Makes a token: 30 random base62 characters and the checksum of them, as GitHub's tokens have it. */
export function mintPlaintext(random: (bytes: Uint8Array) => Uint8Array): string {
  let text = "";
  while (text.length < RANDOM_LENGTH) {
    // Bytes from 248 on would make the first eight digits likelier than the others.
    for (const byte of random(new Uint8Array(RANDOM_LENGTH))) if (byte < 248 && text.length < RANDOM_LENGTH) text += DIGITS[byte % 62];
  }
  return PREFIX + text + checksumOf(text);
}

/** The CRC-32 of a text in six base62 digits. */
function checksumOf(text: string): string {
  let left = Bun.hash.crc32(text);
  let digits = "";
  while (digits.length < CHECKSUM_LENGTH) {
    digits = `${DIGITS[left % 62]}${digits}`;
    left = Math.floor(left / 62);
  }
  return digits;
}

/** Whether a bearer is a token of an actor's own, and no daemon's. */
export function isOwnToken(bearer: string): boolean {
  return ORIGINAL.test(bearer) || (OURS.test(bearer) && bearer.endsWith(checksumOf(bearer.slice(PREFIX.length, -CHECKSUM_LENGTH))));
}

/**
 * Whether a bearer is almost such a token: as long but for a character or two, and its checksum does not fit. A typo is found
 * before anything is sent; what people think up themselves is hardly ever that long and of such characters alone.
 */
export function isMistyped(bearer: string): boolean {
  return ALMOST.test(bearer) && !isOwnToken(bearer);
}

/** What is stored of a token, and all that it is known by. */
export function hashOf(plaintext: string): string {
  return new Bun.CryptoHasher("sha256").update(plaintext).digest("hex");
}

/** A token as it is stored, without its hash. */
export type Token = {
  id: number;
  actor: string;
  name: string | null;
  read_only: boolean;
  created_at: string;
  last_used_at: string | null;
  expires_at: string | null;
  revoked_at: string | null;
};

export type TokenState = "live" | "expired" | "revoked";

/** What a token is worth at a time. */
export function stateOf({ revoked_at, expires_at }: Pick<Token, "revoked_at" | "expires_at">, now: string): TokenState {
  if (revoked_at !== null) return "revoked";
  return expires_at !== null && now >= expires_at ? "expired" : "live";
}
