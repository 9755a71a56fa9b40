import { expect, test } from "bun:test";
import { type Workspace, workspace } from "../workspace.ts";

type Event = { type: string; issue_short_id?: string };
type Issues = { issues: { short_id: string; title: string }[] };
type Daemons = { daemons: { pid: number; address: string }[] };

/** A client of the workspace's daemon, without the program between them. */
async function client(kata: Workspace): Promise<(path: string, body?: unknown) => Promise<Response>> {
  const [daemon] = (await kata`daemon status --json`).json<Daemons>().daemons;
  const unix = (daemon?.address ?? "").replace("unix://", "");
  return (path, body) =>
    fetch(`http://kata.invalid/api/v1${path}`, {
      unix,
      ...(body !== undefined && { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
    });
}

const EACH = { 8: 40, 64: 6 };

for (const clients of [8, 64] as const) {
  test(`${clients} clients that create at once are all answered, and each issue is listed and logged once`, async () => {
    await using kata = await workspace();
    const ask = await client(kata);
    const creating = async (name: number) => {
      const made: string[] = [];
      for (let i = 0; i < EACH[clients]; i++) {
        const response = await ask("/projects/1/issues", { actor: `a${name}`, title: `${Bun.randomUUIDv7("base64url")} ${name} ${i}` });
        expect(response.status).toBe(200);
        made.push(((await response.json()) as { issue: { short_id: string } }).issue.short_id);
      }
      return made;
    };
    const answered = (await Promise.all(Array.from({ length: clients }, (_, name) => creating(name)))).flat().sort();
    expect(new Set(answered).size).toBe(clients * EACH[clients]);

    const { issues } = (await (await ask("/projects/1/issues?limit=1000")).json()) as Issues;
    expect(issues.map(({ short_id }) => short_id).sort()).toEqual(answered);
    const { events } = (await (await ask("/events?after_id=0&limit=1000")).json()) as { events: (Event & { event_id: number })[] };
    const created = events.filter(({ type }) => type === "issue.created").map(({ issue_short_id = "" }) => issue_short_id);
    expect(created.sort()).toEqual(answered);
    const ids = events.map(({ event_id }) => event_id);
    expect(ids).toEqual([...new Set(ids)].sort((a, b) => a - b));
  }, 60_000);
}

test("an explicit start takes over from an automatic daemon while 8 clients write, and nothing answered is lost", async () => {
  await using kata = await workspace();
  const [before = 0] = kata.daemons();
  const writing = async (name: number) => {
    const made: string[] = [];
    for (let i = 0; i < 8; i++) {
      const { exit, stdout, stderr } = await kata`create ${`${Bun.randomUUIDv7("base64url")} ${name} ${i}`} -q`;
      expect({ exit, stderr }).toEqual({ exit: 0, stderr: "" });
      made.push(stdout.trim());
    }
    return made;
  };
  const writers = Promise.all(Array.from({ length: 8 }, (_, name) => writing(name)));
  const started = await kata`daemon start`;
  const answered = (await writers).flat().sort();
  expect(started).toMatchObject({ exit: 0, stderr: expect.stringMatching(/took over from the automatic daemon, pid=\d+\n/) });
  expect(kata.daemons()).not.toEqual([before]);
  const { issues } = (await kata`list --limit 1000 --json`).json<Issues>();
  expect(issues.map(({ short_id }) => short_id).sort()).toEqual(answered);
}, 60_000);

test("what was answered is there however often the daemon is killed", async () => {
  await using kata = await workspace();
  const answered: string[] = [];
  for (let round = 0; round < 5; round++) {
    let over = false;
    const writing = async () => {
      while (!over) {
        const { exit, stdout } = await kata`create ${Bun.randomUUIDv7("base64url")} -q`;
        if (exit === 0) answered.push(stdout.trim());
      }
    };
    const writers = Promise.all([writing(), writing()]);
    await Bun.sleep(100 + Math.random() * 200);
    for (const pid of kata.daemons()) process.kill(pid, "SIGKILL");
    over = true;
    await writers;
  }
  const { exit, stdout } = await kata`list --limit 1000 --json`;
  expect(exit).toBe(0);
  const listed = new Set((JSON.parse(stdout) as Issues).issues.map(({ short_id }) => short_id));
  expect(answered.length).toBeGreaterThan(5);
  expect(answered.filter((short_id) => !listed.has(short_id))).toEqual([]);
}, 60_000);
