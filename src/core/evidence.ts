import { KataError } from "./error.ts";
import { closest, isBlank } from "./text.ts";

/** What proves a close (data-model.md §8); members in the order in which they are stored. */
export type Evidence = {
  type: string;
  sha?: string;
  url?: string;
  command?: string;
  paths?: string[];
  rationale?: string;
  issue_ref?: string;
};

/** The member that each type of evidence needs. */
export const evidenceMembers = {
  commit: "sha",
  pr: "url",
  test: "command",
  "reviewed-paths": "paths",
  "no-change-audit": "rationale",
  "duplicate-of": "issue_ref",
  "superseded-by": "issue_ref",
} as const satisfies Record<string, Exclude<keyof Evidence, "type">>;

export type EvidenceType = keyof typeof evidenceMembers;

export const evidenceTypes = Object.keys(evidenceMembers) as EvidenceType[];

/** What each reason takes: which types, and of which one how many. */
const matrix: Record<string, { allowed: readonly EvidenceType[]; exactlyOne?: EvidenceType; some?: true }> = {
  done: { allowed: ["commit", "pr", "test", "reviewed-paths"], some: true },
  wontfix: { allowed: [] },
  duplicate: { allowed: ["duplicate-of"], exactlyOne: "duplicate-of" },
  superseded: { allowed: ["superseded-by"], exactlyOne: "superseded-by" },
  "audit-no-change": { allowed: ["no-change-audit", "reviewed-paths"], exactlyOne: "no-change-audit" },
};

/** Refuses evidence of the wrong shape, or that does not go with the reason. */
export function checkEvidence(reason: string, evidence: readonly Evidence[]): void {
  evidence.forEach(checkItem);
  const { allowed, exactlyOne, some } = matrix[reason] ?? { allowed: [] };
  const foreign = evidence.find(({ type }) => !allowed.some((each) => each === type));
  if (foreign) {
    const takes = allowed.length === 0 ? "takes no evidence" : `takes ${allowed.join(", ")}`;
    throw refusal(`A close as ${reason} ${takes}, not ${foreign.type}.`, "Leave that item out, or close for another reason.");
  }
  if (some && evidence.length === 0)
    throw refusal(`A close as ${reason} needs evidence: one of ${allowed.join(", ")} at least.`, "For example a commit: --commit SHA.");
  const count = evidence.filter(({ type }) => type === exactlyOne).length;
  if (exactlyOne && count !== 1)
    throw refusal(`A close as ${reason} needs exactly one ${exactlyOne} item, not ${count}.`, `Give it as --evidence ${exactlyOne}:VALUE.`);
}

function checkItem(item: Evidence, index: number): void {
  const member = evidenceMembers[item.type as EvidenceType] as (typeof evidenceMembers)[EvidenceType] | undefined;
  if (!Object.hasOwn(evidenceMembers, item.type) || member === undefined) {
    const near = closest(item.type, evidenceTypes);
    const hint = near ? `Did you mean ${near}?` : undefined;
    throw refusal(`evidence[${index}].type must be one of ${evidenceTypes.join(", ")}, not ${JSON.stringify(item.type)}.`, hint);
  }
  const value = item[member];
  const texts = Array.isArray(value) ? value : value === undefined ? [] : [value];
  if (texts.length === 0 || texts.some(isBlank))
    throw refusal(
      `evidence[${index}].${member} must be given and not blank: it is what ${item.type} stands on.`,
      "Say what it is, or leave the item out.",
    );
  if (item.type === "commit" && !/^[0-9a-f]{7,40}$/i.test((item.sha ?? "").trim()))
    throw refusal(
      `evidence[${index}].sha must be 7 to 40 hexadecimal digits, not ${JSON.stringify(item.sha)}.`,
      "`git rev-parse HEAD` prints that of the last commit.",
    );
}

/** The issue that an item stands on; other items may name one as they like. */
export function referredIssue({ type, issue_ref }: Evidence): string | undefined {
  return evidenceMembers[type as EvidenceType] === "issue_ref" ? issue_ref : undefined;
}

/** The item as it is stored: members that are set, in their order. */
export function storedEvidence({ type, sha, url, command, paths, rationale, issue_ref }: Evidence): Evidence {
  return {
    type,
    ...(sha && { sha }),
    ...(url && { url }),
    ...(command && { command }),
    ...(paths && paths.length > 0 && { paths }),
    ...(rationale && { rationale }),
    ...(issue_ref && { issue_ref }),
  };
}

function refusal(message: string, hint?: string): KataError {
  return new KataError("validation", message, { hint });
}
