import { expect } from "bun:test";
import type { Project } from "../../src/api/shapes.ts";
import { deleteMapping, isImportedLink, mappingsOf, mappingsOfIssues, moveMappings, putMapping } from "../../src/store/import-mappings.ts";
import type { Contract, On } from "./contract.ts";

const scopeOf = ({ id }: Project, source = "tracker") => ({ project_id: id, source });

const put = ({ db, given }: On, project: Project, mapping: Parameters<typeof putMapping>[2], source?: string) =>
  db.transact((tx) => putMapping(tx, scopeOf(project, source), mapping, given.now()));

export const importMappingsContract: Contract<typeof import("../../src/store/import-mappings.ts")> = {
  putMapping: {
    "remembers anew what an external id stands for": async (on) => {
      const project = await on.given.project();
      const [a, b] = [await on.given.issue(project), await on.given.issue(project)];
      await put(on, project, { external_id: "T-1", object_type: "issue", issue_id: a.id });
      await put(on, project, { external_id: "T-1", object_type: "issue", issue_id: b.id, source_updated_at: b.updated_at });
      const found = await mappingsOf(on.db, scopeOf(project), "issue", ["T-1"]);
      expect(found).toEqual([
        { id: expect.any(Number), external_id: "T-1", object_type: "issue", issue_id: b.id, comment_id: null, link_id: null, label: null },
      ]);
    },
  },
  mappingsOf: {
    "keeps projects, sources and kinds apart, and leaves out what was never imported": async (on) => {
      const [project, other] = [await on.given.project(), await on.given.project()];
      const [a, b] = [await on.given.issue(project), await on.given.issue(other)];
      const comment = await on.given.comment(a);
      await put(on, project, { external_id: "1", object_type: "issue", issue_id: a.id });
      await put(on, project, { external_id: "1", object_type: "issue", issue_id: a.id }, "elsewhere");
      await put(on, project, { external_id: "1", object_type: "comment", issue_id: a.id, comment_id: comment.id });
      await put(on, other, { external_id: "1", object_type: "issue", issue_id: b.id });
      const found = await mappingsOf(on.db, scopeOf(project), "comment", ["1", "2", '"', "1,2"]);
      expect(found).toMatchObject([{ object_type: "comment", issue_id: a.id, comment_id: comment.id }]);
      expect(await mappingsOf(on.db, scopeOf(other), "issue", ["1"])).toMatchObject([{ issue_id: b.id }]);
      expect(await mappingsOf(on.db, scopeOf(project), "issue", [])).toEqual([]);
    },
  },
  mappingsOfIssues: {
    "gives one kind of the issues that are asked for, oldest first": async (on) => {
      const project = await on.given.project();
      const [a, b, other] = [await on.given.issue(project), await on.given.issue(project), await on.given.issue(project)];
      for (const [issue, label] of [
        [b, "z"],
        [a, "y"],
        [other, "x"],
        [a, "b"],
      ] as const)
        await put(on, project, { external_id: `${issue.id}:label:${label}`, object_type: "label", issue_id: issue.id, label });
      const link_id = await on.given.link(a, "blocks", b);
      await put(on, project, { external_id: "a:blocks:b", object_type: "link", issue_id: a.id, link_id });
      const labels = await mappingsOfIssues(on.db, scopeOf(project), "label", [a.id, b.id]);
      expect(labels.map(({ issue_id, label }) => [issue_id, label])).toEqual([
        [b.id, "z"],
        [a.id, "y"],
        [a.id, "b"],
      ]);
      expect(await mappingsOfIssues(on.db, scopeOf(project), "link", [a.id])).toMatchObject([{ link_id }]);
    },
  },
  isImportedLink: {
    "says whether a link came from any source": async (on) => {
      const project = await on.given.project();
      const [a, b] = [await on.given.issue(project), await on.given.issue(project)];
      const [imported, own] = [await on.given.link(a, "blocks", b), await on.given.link(a, "related", b)];
      await put(on, project, { external_id: "a:blocks:b", object_type: "link", issue_id: a.id, link_id: imported });
      expect(await isImportedLink(on.db, imported)).toBe(true);
      expect(await isImportedLink(on.db, own)).toBe(false);
    },
  },
  deleteMapping: {
    "forgets one": async (on) => {
      const project = await on.given.project();
      const issue = await on.given.issue(project);
      for (const external_id of ["1", "2"]) await put(on, project, { external_id, object_type: "issue", issue_id: issue.id });
      const [first, second] = await mappingsOf(on.db, scopeOf(project), "issue", ["1", "2"]);
      await on.db.transact((tx) => deleteMapping(tx, first?.id ?? 0));
      expect(await mappingsOf(on.db, scopeOf(project), "issue", ["1", "2"])).toEqual(second ? [second] : []);
    },
  },
  moveMappings: {
    "takes them along, but for those whose key is taken": async (on) => {
      const [project, other] = [await on.given.project(), await on.given.project()];
      const [a, b] = [await on.given.issue(project), await on.given.issue(other)];
      await put(on, project, { external_id: "T-1", object_type: "issue", issue_id: a.id });
      await put(on, project, { external_id: "T-2", object_type: "issue", issue_id: a.id });
      await put(on, other, { external_id: "T-1", object_type: "issue", issue_id: b.id });
      await on.db.transact((tx) => moveMappings(tx, a.id, other.id));
      const found = await mappingsOf(on.db, scopeOf(other), "issue", ["T-1", "T-2"]);
      expect(new Map(found.map(({ external_id, issue_id }) => [external_id, issue_id]))).toEqual(
        new Map([
          ["T-1", b.id],
          ["T-2", a.id],
        ]),
      );
      expect(await mappingsOf(on.db, scopeOf(project), "issue", ["T-1", "T-2"])).toEqual([]);
    },
  },
};
