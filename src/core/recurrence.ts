import { KataError } from "./error.ts";
import { checkLabel } from "./label.ts";
import { isBlank } from "./text.ts";
import { isDate } from "./time.ts";
import { isTimezone } from "./timezone.ts";

/** A day as recurrences count it. */
export function checkDate(member: string, text: string): string {
  if (isDate(text)) return text;
  throw new KataError("validation", `${member}: must be a day as YYYY-MM-DD, not ${JSON.stringify(text)}`);
}

export function checkTimezone(name: string): string {
  if (isTimezone(name)) return name;
  throw new KataError("validation", `timezone: ${JSON.stringify(name)} is no IANA time zone such as Europe/Berlin`);
}

export function checkTemplateTitle(title: string): string {
  if (!isBlank(title)) return title;
  throw new KataError("validation", "template.title: must not be blank");
}

/** A template's labels: trimmed, in lower case, each once, sorted (data-model.md §10). */
export function templateLabels(labels: readonly string[]): string[] {
  return [...new Set(labels.map((label) => checkLabel(label.trim().toLowerCase())))].sort();
}
