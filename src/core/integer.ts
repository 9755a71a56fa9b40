/**
 * Reads an integer of 64 bits; undefined when the text is none. What is beyond the integers that a double holds comes as
 * the last of them: no id, cursor or limit of ours gets there.
 */
export function parseInteger(text: string): number | undefined {
  if (!/^[+-]?\d+$/.test(text)) return undefined;
  const whole = BigInt(text.replace("+", ""));
  if (BigInt.asIntN(64, whole) !== whole) return undefined;
  return Math.min(Math.max(Number(whole), -Number.MAX_SAFE_INTEGER), Number.MAX_SAFE_INTEGER);
}
