import { expect, test } from "bun:test";
import type { IssueOut } from "../api/shapes.ts";
import { issueRows } from "./issue-rows.ts";

const terminal = { isTerminal: true, width: 80, style: (text: string) => text };
const issue = (short_id: string, parent_short_id?: string) =>
  ({ short_id, title: `Issue ${short_id}`, status: "open", ...(parent_short_id !== undefined && { parent_short_id }) }) as IssueOut;

test("`issueRows()` puts children below their parents on a terminal, and loses none", () => {
  const rows = (...issues: IssueOut[]) =>
    issueRows(issues, terminal)
      .split("\n")
      .map((row) => row.trimEnd());
  expect(rows(issue("leaf", "midd"), issue("aaaa"), issue("midd", "tops"), issue("tops"))).toEqual([
    "aaaa  ○ Issue aaaa",
    "tops  ○ Issue tops",
    "midd  ○ └ Issue midd",
    "leaf  ○   └ Issue leaf",
  ]);
  expect(rows(issue("aaaa", "gone"))).toEqual(["aaaa  ○ Issue aaaa"]);
  expect(rows(issue("aaaa", "bbbb"), issue("bbbb", "aaaa"))).toEqual(["aaaa  ○ Issue aaaa", "bbbb  ○ └ Issue bbbb"]);
});
