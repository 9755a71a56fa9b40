import { KataError } from "./error.ts";

const LABEL = /^[a-z0-9._:-]{1,64}$/;

/** The label, or a refusal that suggests what it may have been meant to be. */
export function checkLabel(label: string): string {
  if (LABEL.test(label)) return label;
  const close = labelLike(label);
  const hint = close === undefined ? "Such as needs-review or area:ui." : `Try ${JSON.stringify(close)}.`;
  throw new KataError("validation", `label: ${JSON.stringify(label)} must be 1 to 64 of a-z 0-9 . _ : -`, { hint });
}

const LONGEST = 64;

/** The label that a text can stand for: in lower case, with a dash for whatever no label has; undefined where nothing is left. */
export function labelLike(text: string): string | undefined {
  const plain = text.toLowerCase().normalize("NFKD").replaceAll(/\p{M}/gu, "");
  const dashed = plain.replaceAll(/[^a-z0-9._:-]+/g, "-").replaceAll(/-{2,}/g, "-");
  return dashed.slice(0, LONGEST).replaceAll(/^-|-$/g, "") || undefined;
}

/** Checked, without duplicates, sorted. */
export function checkLabels(labels: readonly string[]): string[] {
  return [...new Set(labels.map(checkLabel))].sort();
}
