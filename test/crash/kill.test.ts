import { expect, test } from "bun:test";
import { FrameReader } from "../../src/client/frames.ts";
import { type Workspace, workspace } from "../workspace.ts";
import { api, create, isCut, newTitle } from "./client.ts";

const ROUNDS = Number(Bun.env["KATA_TEST_KILLS"] || 20);
const WRITERS = 64;
/** A daemon is killed at a random moment of its first so many milliseconds of work. */
const LONGEST_MS = 250;

type Event = { event_id: number; type: string; issue_uid: string };

/** A change is asked for until it is answered, by whichever daemon then runs. */
type Wanted = { title: string; key: string };

/** Follows the stream for as long as the daemon lives, and goes on from the event that it saw last. */
class Follower {
  readonly ids: number[] = [];

  /** How many daemons it has seen events of. */
  lives = 0;

  async follow(kata: Workspace, until = Infinity): Promise<void> {
    const last = this.ids.at(-1);
    const stop = new AbortController();
    try {
      const { body } = await api(kata, "/events/stream", {
        headers: { accept: "text/event-stream", ...(last !== undefined && { "last-event-id": String(last) }) },
        signal: stop.signal,
      });
      const reader = new FrameReader();
      for await (const piece of body ?? []) {
        const frames = reader.push(piece);
        expect(frames.filter(({ event }) => event === "sync.reset_required")).toEqual([]);
        this.ids.push(...frames.flatMap(({ id }) => (id === undefined ? [] : [Number(id)])));
        if (this.ids.length >= until) break;
      }
    } catch (error) {
      if (!isCut(error)) throw error;
    } finally {
      stop.abort();
      if (this.ids.at(-1) !== last) this.lives += 1;
    }
  }
}

async function eventsAfter(kata: Workspace, after: number): Promise<Event[]> {
  const events: Event[] = [];
  for (let cursor = after; ;) {
    const page = (await (await api(kata, `/events?after_id=${cursor}&limit=1000`)).json()) as { events: Event[]; next_after_id: number };
    if (page.events.length === 0) return events;
    events.push(...page.events);
    cursor = page.next_after_id;
  }
}

test(
  `nothing that was answered is lost, and no event comes twice or out of order, while 64 clients write and the daemon is killed ${ROUNDS} times`,
  async () => {
    await using kata = await workspace();
    const follower = new Follower();
    const answered = new Map<string, string>();
    const logged: Event[] = [];
    const waiting: Wanted[] = [];
    let [unanswered, reused] = [0, 0];

    const writer = async (life: { over: boolean }): Promise<void> => {
      while (!life.over) {
        const wanted = waiting.pop() ?? { title: newTitle(), key: Bun.randomUUIDv7() };
        try {
          const { status, uid, reused: again } = await create(kata, wanted.title, wanted);
          if (status !== 200) throw new Error(`A create was answered with ${status}.`);
          answered.set(wanted.key, uid);
          if (again) reused += 1;
        } catch (error) {
          waiting.push(wanted);
          unanswered += 1;
          if (!isCut(error)) throw error;
          return;
        }
      }
    };

    for (let round = 0; round < ROUNDS; round++) {
      // The next command finds no daemon, and starts one by itself.
      const { exit, stderr } = await kata`list --limit 1`;
      expect({ round, exit, stderr }).toEqual({ round, exit: 0, stderr: "" });
      const life = { over: false };
      const following = follower.follow(kata);
      const writing = Array.from({ length: WRITERS }, () => writer(life));
      // Half of the daemons are killed as they begin, and half at work.
      const before = answered.size;
      while (round % 2 === 1 && answered.size === before) await Bun.sleep(1);
      await Bun.sleep(Math.random() * LONGEST_MS);
      const [pid = 0] = kata.daemons();
      process.kill(pid, "SIGKILL");
      life.over = true;
      await Promise.all([...writing, following]);

      expect((await kata`list --limit 1`).exit).toBe(0);
      logged.push(...(await eventsAfter(kata, logged.at(-1)?.event_id ?? 0)));
      const there = new Set(logged.map(({ issue_uid }) => issue_uid));
      expect([...answered.values()].filter((uid) => !there.has(uid))).toEqual([]);
    }

    // What was never answered is asked for once more, and is there once all the same.
    const rest = waiting.splice(0);
    for (const wanted of rest) answered.set(wanted.key, (await create(kata, wanted.title, wanted)).uid);
    logged.push(...(await eventsAfter(kata, logged.at(-1)?.event_id ?? 0)));
    const created = logged.filter(({ type }) => type === "issue.created").map(({ issue_uid }) => issue_uid);
    expect(created.toSorted()).toEqual([...answered.values()].toSorted());

    await follower.follow(kata, logged.length);
    const ids = logged.map(({ event_id }) => event_id);
    expect(ids).toEqual([...new Set(ids)].toSorted((a, b) => a - b));
    expect(follower.ids).toEqual(ids);
    expect(follower.lives).toBeGreaterThan(ROUNDS / 4);
    expect(unanswered).toBeGreaterThan(ROUNDS);
    console.log(`${ROUNDS} kills: ${answered.size} changes, of which ${unanswered} were cut off, and ${reused} of those had been made`);
  },
  60_000 + ROUNDS * 10_000,
);
