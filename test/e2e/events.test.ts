import { expect, test } from "bun:test";
import { workspace } from "../workspace.ts";

test("`kata events` lists what happened, oldest first, and goes on from a cursor", async () => {
  await using kata = await workspace();
  for (const title of ["One", "Two", "Three"]) await kata`create ${title}`;
  const { stdout } = await kata`events --limit 2`;
  expect(stdout.trimEnd().split("\n")).toEqual([
    expect.stringMatching(/^1 {6} issue\.created {10} proj=1 {3} \w{4} {6}by tester {2}\d{4}-\S+Z$/),
    expect.stringMatching(/^2 /),
  ]);
  const page = (await kata`events --limit 2 --json`).json<{ next_after_id: number; events: unknown[] }>();
  expect(page).toMatchObject({ reset_required: false, next_after_id: 2, events: [{ event_id: 1 }, { event_id: 2 }] });
  expect((await kata`events --after ${page.next_after_id} --json`).json()).toMatchObject({ events: [{ event_id: 3 }], next_after_id: 3 });
  expect((await kata`events --after 3 --json`).json()).toMatchObject({ events: [], next_after_id: 3 });
  expect((await kata`events --after 1 --tail`).exit).toBe(2);
});

test("`kata events --tail` follows, resumes after an id, and ends well when it is told to", async () => {
  await using kata = await workspace();
  for (const title of ["One", "Two"]) await kata`create ${title}`;
  const tail = kata.start(["events", "--tail", "--last-event-id", "1"]);
  let text = "";
  for await (const piece of tail.stdout) {
    if (text === "") await kata`create Three`;
    text += new TextDecoder().decode(piece);
    if (text.split("\n").length > 2) break;
  }
  tail.kill("SIGTERM");
  expect(await tail.exited).toBe(0);
  const lines = text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as { event_id: number });
  expect(lines.map(({ event_id }) => event_id)).toEqual([2, 3]);
});

test("`kata events --tail` goes on when the daemon is replaced by another", async () => {
  await using kata = await workspace();
  await kata`create One`;
  const tail = kata.start(["events", "--tail"]);
  let text = "";
  for await (const piece of tail.stdout) {
    if (text === "") {
      await kata`daemon stop`;
      await kata`create Two`;
    }
    text += new TextDecoder().decode(piece);
    if (text.split("\n").length > 2) break;
  }
  expect(
    text
      .trimEnd()
      .split("\n")
      .map((line) => (JSON.parse(line) as { event_id: number }).event_id),
  ).toEqual([1, 2]);
});
