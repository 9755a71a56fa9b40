import { expect } from "bun:test";
import { closeEvents, shortIdsOf, siblingCloses } from "../../src/store/closes.ts";
import type { Contract } from "./contract.ts";

const payload = { reason: "done", message: "It works.", parent_uid: "", parent_short_id: "" };

export const closesContract: Contract<typeof import("../../src/store/closes.ts")> = {
  siblingCloses: {
    "gives the actor's closes of the other children since then, the newest first": async ({ db, given }) => {
      const project = await given.project();
      const [parent, a, b, self, stray] = [
        await given.issue(project),
        await given.issue(project),
        await given.issue(project),
        await given.issue(project),
        await given.issue(project),
      ];
      for (const child of [a, b, self]) await given.link(child, "parent", parent);
      const at = (second: number) => `2026-04-01T00:00:0${second}.000Z`;
      await given.event(project, "issue.closed", payload, { issue: a, created_at: at(0) });
      for (const [i, issue] of [a, b, self, stray].entries())
        await given.event(project, "issue.closed", payload, { issue, created_at: at(i + 1) });
      await given.event(project, "issue.closed", payload, { issue: a, actor: "bob", created_at: at(6) });
      const found = await siblingCloses(db, { parent_id: parent.id, except_id: self.id, actor: "ada", since: at(1) });
      const said = { reason: "done", message: "It works." };
      expect(found).toEqual([
        { short_id: b.short_id, created_at: at(2), ...said },
        { short_id: a.short_id, created_at: at(1), ...said },
      ]);
    },
  },
  closeEvents: {
    "gives closes and refused ones of the project, oldest first": async ({ db, given }) => {
      const [project, other] = [await given.project(), await given.project()];
      const issue = await given.issue(project);
      const refused = await given.event(project, "close.throttled", { reason: "sibling-burst", parent: "abc4" }, { issue });
      await given.event(project, "issue.updated", {}, { issue });
      const closed = await given.event(project, "issue.closed", payload, { issue });
      await given.event(other, "issue.closed", payload);
      expect((await closeEvents(db, project.id)).map(({ id }) => id)).toEqual([refused.id, closed.id]);
    },
  },
  shortIdsOf: {
    "gives those that are there, deleted ones too": async ({ db, given }) => {
      const project = await given.project();
      const gone = await given.issue(project, { deleted_at: given.now() });
      expect(await shortIdsOf(db, [gone.uid, given.ulid()])).toEqual([{ uid: gone.uid, short_id: gone.short_id }]);
      expect(await shortIdsOf(db, [])).toEqual([]);
    },
  },
};
