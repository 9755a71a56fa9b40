import { expect } from "bun:test";
import type { Project } from "../../src/api/shapes.ts";
import { sql } from "../../src/store/sql.ts";
import { freeShortId } from "../../src/store/short-ids.ts";
import type { Contract } from "./contract.ts";

/** ULIDs that end alike, so that short ids collide. */
const uid = (end: string) => `01KJKB5W00${"0".repeat(16 - end.length)}${end}`;

export const shortIdsContract: Contract<typeof import("../../src/store/short-ids.ts")> = {
  freeShortId: {
    "takes one character more for each id that is taken, deleted and purged ones too": async ({ db, given }) => {
      const [project, other] = [await given.project(), await given.project()];
      const free = (of: Project) => db.transact((tx) => freeShortId(tx, of.id, uid("RSTABCD")));
      expect(await free(project)).toBe("abcd");
      await given.issue(project, { uid: uid("ABCD"), deleted_at: given.now() });
      expect(await free(project)).toBe("tabcd");
      await db.transact((tx) =>
        tx.run(sql`
          INSERT INTO purge_log (uid, origin_instance_uid, project_id, purged_issue_id, project_name, short_id, issue_title, issue_author,
            comment_count, link_count, label_count, event_count, actor, purged_at)
          VALUES (${given.ulid()}, 'x', ${project.id}, 7, 'x', 'tabcd', 'x', 'x', 0, 0, 0, 0, 'x', ${given.now()})`),
      );
      expect(await free(project)).toBe("stabcd");
      expect(await free(other)).toBe("abcd");
    },
    "begins at the length that is asked for": async ({ db, given }) => {
      const project = await given.project();
      expect(await db.transact((tx) => freeShortId(tx, project.id, uid("RSTABCD"), 6))).toBe("stabcd");
    },
  },
};
