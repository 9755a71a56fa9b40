import { KataError } from "./error.ts";
import { qualifiedId } from "./ref.ts";

export type Deed = "DELETE" | "PURGE";

/** The words that confirm a deed to an issue: to the letter, with its project's name and its present short id. */
export function confirmationOf(deed: Deed, project: { name: string }, issue: { short_id: string }): string {
  return `${deed} ${qualifiedId(project.name, issue.short_id)}`;
}

/** Refuses a deed whose words are missing or others. */
export function checkConfirmation(deed: Deed, project: { name: string }, issue: { short_id: string }, given: string | undefined): void {
  const wanted = confirmationOf(deed, project, issue);
  if (given === wanted) return;
  const hint = `Confirm with the words: ${wanted} (X-Kata-Confirm, or --confirm).`;
  if (!given) throw new KataError("confirm_required", "This wants to be confirmed.", { hint });
  throw new KataError("confirm_mismatch", `The confirmation ${JSON.stringify(given)} is not what is wanted.`, { hint });
}
