import { expect } from "bun:test";
import {
  findOccurrence,
  findRecurrence,
  findRecurrenceById,
  insertRecurrence,
  type NewRecurrence,
  recurrencesOf,
  updateRecurrence,
} from "../../src/store/recurrences.ts";
import type { Contract, On } from "./contract.ts";

const row = (given: On["given"], project_id: number, more: Partial<NewRecurrence> = {}): NewRecurrence => ({
  uid: given.ulid(),
  project_id,
  rrule: "FREQ=DAILY",
  dtstart: "2026-03-01",
  timezone: "UTC",
  template_title: "Water",
  template_body: "",
  template_owner: null,
  template_priority: null,
  template_labels: '["a"]',
  template_metadata: '{"room":"hall"}',
  next_occurrence_key: "2026-03-01",
  author: "ada",
  created_at: given.now(),
  updated_at: given.now(),
  ...more,
});

export const recurrencesContract: Contract<typeof import("../../src/store/recurrences.ts")> = {
  insertRecurrence: {
    "gives the recurrence with its lists and objects": async ({ db, given }) => {
      const project = await given.project();
      const made = await db.transact((tx) => insertRecurrence(tx, row(given, project.id, { template_priority: 2 })));
      expect(made).toMatchObject({ revision: 1, template_labels: ["a"], template_metadata: { room: "hall" }, template_priority: 2 });
      expect("template_owner" in made || "deleted_at" in made).toBe(false);
    },
  },
  recurrencesOf: {
    "gives those that were not deleted, the newest first": async ({ db, given }) => {
      const project = await given.project();
      const made: { id: number }[] = [];
      for (let i = 0; i < 3; i++) made.push(await db.transact((tx) => insertRecurrence(tx, row(given, project.id))));
      await db.transact((tx) => updateRecurrence(tx, made[1]?.id ?? 0, { deleted_at: given.now() }));
      expect((await recurrencesOf(db, project.id)).map(({ id }) => id)).toEqual([made[2]?.id as number, made[0]?.id as number]);
    },
  },
  findRecurrence: {
    "finds by uid in its own project alone": async ({ db, given }) => {
      const [project, other] = [await given.project(), await given.project()];
      const made = await db.transact((tx) => insertRecurrence(tx, row(given, project.id)));
      expect(await findRecurrence(db, project.id, made.uid)).toEqual(made);
      expect(await findRecurrence(db, other.id, made.uid)).toBeUndefined();
    },
  },
  findRecurrenceById: {
    "does not find a deleted one": async ({ db, given }) => {
      const project = await given.project();
      const made = await db.transact((tx) => insertRecurrence(tx, row(given, project.id)));
      expect(await findRecurrenceById(db, made.id)).toEqual(made);
      await db.transact((tx) => updateRecurrence(tx, made.id, { deleted_at: given.now() }));
      expect(await findRecurrenceById(db, made.id)).toBeUndefined();
    },
  },
  updateRecurrence: {
    "sets what is named and counts a revision": async ({ db, given }) => {
      const project = await given.project();
      const made = await db.transact((tx) => insertRecurrence(tx, row(given, project.id)));
      const after = await db.transact((tx) => updateRecurrence(tx, made.id, { template_title: "Feed", next_occurrence_key: null }));
      expect(after).toMatchObject({ template_title: "Feed", revision: 2, rrule: made.rrule });
      expect("next_occurrence_key" in after).toBe(false);
    },
  },
  findOccurrence: {
    "gives the uid of the issue of a date": async ({ db, given }) => {
      const project = await given.project();
      const made = await db.transact((tx) => insertRecurrence(tx, row(given, project.id)));
      const issue = await given.issue(project, { recurrence_id: made.id, occurrence_key: "2026-03-02" });
      expect(await findOccurrence(db, made.id, "2026-03-02")).toBe(issue.uid);
      expect(await findOccurrence(db, made.id, "2026-03-03")).toBeUndefined();
    },
  },
};
