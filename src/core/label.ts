import { KataError } from "./error.ts";

const LABEL = /^[a-z0-9._:-]{1,64}$/;

/** The label, or a refusal that suggests what it may have been meant to be. */
export function checkLabel(label: string): string {
  if (LABEL.test(label)) return label;
  const close = label.trim().toLowerCase().replaceAll(/\s+/g, "-");
  const hint = LABEL.test(close) && close !== label ? `Try ${JSON.stringify(close)}.` : "Such as needs-review or area:ui.";
  throw new KataError("validation", `label: ${JSON.stringify(label)} must be 1 to 64 of a-z 0-9 . _ : -`, { hint });
}

/** Checked, without duplicates, sorted. */
export function checkLabels(labels: readonly string[]): string[] {
  return [...new Set(labels.map(checkLabel))].sort();
}
