import { closeReasons, type CloseReason } from "../core/close.ts";
import { KataError, LocalError } from "../core/error.ts";
import { type Evidence, evidenceMembers, type EvidenceType, evidenceTypes } from "../core/evidence.ts";
import { closest } from "../core/text.ts";
import type { Args, Flags } from "./args.ts";
import type { Bound } from "./command.ts";
import { checkPeer } from "./refs.ts";

export const closeFlags = {
  done: { kind: "switch", help: "it is done; needs evidence" },
  wontfix: { kind: "switch", help: "it will not be done" },
  audit_no_change: { kind: "switch", help: "it was looked at, and nothing needs to change" },
  duplicate_of: { kind: "text", value: "REF", help: "it is the same as this issue" },
  superseded_by: { kind: "text", value: "REF", help: "this issue takes its place" },
  reason: { kind: "text", help: `one of ${closeReasons.join(", ")}` },
  evidence: { kind: "texts", value: "TYPE:VALUE", help: `of type ${evidenceTypes.join(", ")}` },
  commit: { kind: "texts", value: "SHA", help: "the commit that did it" },
  pr: { kind: "texts", value: "URL", help: "the pull request that did it" },
  test: { kind: "texts", value: "COMMAND", help: "the command that shows it" },
  reviewed: { kind: "texts", value: "PATH", help: "a file that was reviewed" },
} as const satisfies Flags;

type Given = Args<never, typeof closeFlags>;

/** The reason that exactly one flag gives; none, or several, are usage errors. */
export function reasonOf({ done, wontfix, audit_no_change, duplicate_of, superseded_by, reason }: Given): CloseReason {
  const given: [string, string][] = [
    ...(done ? [["--done", "done"] as [string, string]] : []),
    ...(wontfix ? [["--wontfix", "wontfix"] as [string, string]] : []),
    ...(audit_no_change ? [["--audit-no-change", "audit-no-change"] as [string, string]] : []),
    ...(duplicate_of === undefined ? [] : [["--duplicate-of", "duplicate"] as [string, string]]),
    ...(superseded_by === undefined ? [] : [["--superseded-by", "superseded"] as [string, string]]),
    ...(reason ? [["--reason", reason] as [string, string]] : []),
  ];
  const [first, ...others] = given;
  if (!first)
    throw new LocalError(
      "usage",
      "a close needs a reason",
      "Give --done, --wontfix, --audit-no-change, --duplicate-of REF or --superseded-by REF.",
    );
  if (others.length > 0)
    throw new LocalError("usage", `${given.map(([flag]) => flag).join(" and ")} can't be used together`, "A close has one reason.");
  return knownReason(first[1]);
}

/** The reason of this name, or a refusal that suggests one. */
export function knownReason(text: string): CloseReason {
  const known = closeReasons.find((each) => each === text);
  if (known !== undefined) return known;
  const near = closest(text, closeReasons);
  throw new KataError("validation", `--reason must be one of ${closeReasons.join(", ")}, not ${JSON.stringify(text)}.`, {
    hint: near && `Did you mean ${near}?`,
  });
}

/** The evidence of all flags: reviewed paths as one item, and nothing twice. */
export function evidenceOf(given: Given): Evidence[] {
  const { evidence = [], commit = [], pr = [], test = [], reviewed = [], duplicate_of, superseded_by } = given;
  const pairs: [EvidenceType, string][] = [
    ...evidence.map(split),
    ...commit.map((value): [EvidenceType, string] => ["commit", value]),
    ...pr.map((value): [EvidenceType, string] => ["pr", value]),
    ...test.map((value): [EvidenceType, string] => ["test", value]),
    ...reviewed.map((value): [EvidenceType, string] => ["reviewed-paths", value]),
    ...(duplicate_of === undefined ? [] : [["duplicate-of", duplicate_of] as [EvidenceType, string]]),
    ...(superseded_by === undefined ? [] : [["superseded-by", superseded_by] as [EvidenceType, string]]),
  ];
  const keys = pairs.map(([type, value]) => `${type}:${value.trim()}`);
  const twice = keys.find((key, i) => keys.indexOf(key) !== i);
  if (twice !== undefined) throw new LocalError("usage", `the evidence ${twice} is given twice`, "Name each piece of evidence once.");
  const paths = pairs.filter(([type]) => type === "reviewed-paths").map(([, value]) => value);
  const items = pairs.filter(([type]) => type !== "reviewed-paths").map(([type, value]) => ({ type, [evidenceMembers[type]]: value }));
  return paths.length === 0 ? items : [...items, { type: "reviewed-paths", paths }];
}

function split(text: string): [EvidenceType, string] {
  const at = text.indexOf(":");
  const name = at < 0 ? text : text.slice(0, at);
  const type = evidenceTypes.find((each) => each === name);
  if (type !== undefined && at >= 0 && text.slice(at + 1).trim() !== "") return [type, text.slice(at + 1)];
  const near = type === undefined ? closest(name, evidenceTypes) : undefined;
  const hint = near ? `Did you mean ${near}:VALUE?` : `The types are ${evidenceTypes.join(", ")}.`;
  throw new LocalError("usage", `--evidence is TYPE:VALUE, not ${JSON.stringify(text)}`, hint);
}

/** Refs in evidence as they go to the daemon. */
export function withRefs(evidence: readonly Evidence[], project: Bound): Evidence[] {
  return evidence.map((item) => (item.issue_ref === undefined ? item : { ...item, issue_ref: checkPeer(item.issue_ref, project) }));
}
