import type { CloseReason } from "../../core/close.ts";
import { LocalError } from "../../core/error.ts";
import { isBlank } from "../../core/text.ts";
import { type Batch, count, type Item, Labels, withFooter } from "./batch.ts";
import { Members } from "./members.ts";

/** The members that are read of each issue. */
export const GITHUB_MEMBERS = "number,title,body,state,stateReason,labels,assignees,author,comments,createdAt,updatedAt,closedAt,url";

/** Who wrote what nobody's account is behind any more: GitHub shows the same. */
const NOBODY = "ghost";

const REASONS: Readonly<Record<string, CloseReason>> = { COMPLETED: "done", NOT_PLANNED: "wontfix", DUPLICATE: "duplicate" };

/** The issues of a `gh issue list --json` dump. */
export function githubBatch(dump: unknown): Batch {
  if (!Array.isArray(dump))
    throw new LocalError(
      "validation",
      "The dump must be a list of issues.",
      `Make it with \`gh issue list --state all --limit 100000 --json ${GITHUB_MEMBERS}\`.`,
    );
  const labels = new Labels();
  let blank = 0;
  const items = dump.map((value, i) => {
    const issue = issueOf(value, i);
    const said = issue.list("comments", "comment").filter((comment) => !isBlank(comment.text("body")));
    blank += issue.list("comments", "comment").length - said.length;
    return itemOf(issue, labels, said);
  });
  const empty = blank === 0 ? [] : [`${count(blank, "comment")} left out, which say nothing`];
  return { source: "github", items, left_out: [...labels.leftOut(), ...empty] };
}

/** An issue under the name that people know it by. */
function issueOf(value: unknown, index: number): Members {
  const issue = new Members(`Issue at place ${index + 1} of the list`, value);
  return issue.named(`Issue ${issue.id("number")}`);
}

function itemOf(issue: Members, labels: Labels, comments: readonly Members[]): Item {
  const url = issue.words("url");
  const external_id = idOf(issue, url);
  const created_at = issue.when("createdAt");
  const updated_at = later(issue.time("updatedAt"), created_at);
  const assignees = issue.list("assignees", "assignee").map((each) => each.words("login"));
  const [owner, ...others] = assignees;
  return {
    external_id,
    title: issue.words("title"),
    body: withFooter(issue.text("body"), [`Imported from ${url}`, others.length > 0 && `Also assigned: ${others.join(", ")}`]),
    author: loginOf(issue),
    owner: owner ?? null,
    ...closing(issue, updated_at),
    created_at,
    updated_at,
    labels: ["source:github", ...labels.of(issue.list("labels", "label").map((each) => each.words("name")))],
    comments: comments.map((comment) => ({
      external_id: comment.id("id"),
      author: loginOf(comment),
      body: comment.text("body").replaceAll("\r\n", "\n"),
      created_at: comment.when("createdAt"),
    })),
    links: [],
  };
}

/** `owner/repository#number`: numbers alone would mix up repositories. */
function idOf(issue: Members, url: string): string {
  const [, repository] = /^https?:\/\/[^/]+\/([^/]+\/[^/]+)\/(?:issues|pull)\/\d+/.exec(url) ?? [];
  if (repository !== undefined) return `${repository}#${issue.id("number")}`;
  throw new LocalError(
    "validation",
    `${issue.what}: url must be such as https://github.com/owner/repository/issues/1, not ${JSON.stringify(url)}.`,
    "Nothing was imported. `kata help import` says how the dump is made.",
  );
}

const loginOf = (members: Members): string => members.within("author")?.who("login", NOBODY) ?? NOBODY;

const later = (time: string | undefined, least: string): string => (time !== undefined && time > least ? time : least);

function closing(issue: Members, updatedAt: string): Pick<Item, "status" | "closed_reason" | "closed_at"> {
  const state = issue.words("state").toUpperCase();
  if (state === "OPEN") return { status: "open" };
  if (state !== "CLOSED")
    throw new LocalError(
      "validation",
      `${issue.what}: state must be OPEN or CLOSED, not ${JSON.stringify(issue.text("state"))}.`,
      "Nothing was imported. `kata help import` says how the dump is made.",
    );
  return {
    status: "closed",
    closed_reason: REASONS[issue.text("stateReason").toUpperCase()] ?? null,
    closed_at: later(issue.time("closedAt") ?? updatedAt, issue.when("createdAt")),
  };
}
