import { afterEach, beforeEach, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freshApp, type TestApp } from "../../../test/apps.ts";
import { commentOnIssue } from "../../app/comments.ts";
import { createIssue } from "../../app/create.ts";
import { placeHooks } from "../../app/hooks.ts";
import { initProject } from "../../app/projects.ts";
import { purgeIssue } from "../../app/purges.ts";
import { deleteIssue } from "../../app/deletions.ts";
import { mintToken } from "../../app/tokens.ts";
import { readHooks } from "../../config/hooks.ts";
import { type Hook, hookKeys, type HookLimits } from "../../core/hook.ts";
import type { HookRun } from "../../core/hook-run.ts";
import { hookCursors } from "../../store/hooks.ts";
import { Hooks } from "./hooks.ts";

const never = new AbortController().signal;
const now = AbortSignal.abort();
const PATIENCE_MS = 15_000;

let app: TestApp;
let folder: string;
let project_id: number;
const running: Hooks[] = [];

beforeEach(async () => {
  app = await freshApp();
  folder = mkdtempSync(join(tmpdir(), "kata-hooks-"));
  project_id = (await initProject(app, { name: "demo" })).project.id;
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((hooks) => hooks.stop(now)));
  await app[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

/** Hooks that run as a daemon's do, at the folder of this test. */
async function start(hooks: readonly Hook[], limits: Partial<HookLimits> = {}): Promise<Hooks> {
  const started = new Hooks({
    app,
    home: { path: folder, hooks: join(folder, "hooks") },
    limits: { ...readHooks({ path: folder }).limits, ...limits },
    env: { PATH: process.env["PATH"], FOLDER: folder },
  });
  running.push(started);
  await started.replace(hooks);
  return started;
}

const sh = (script: string, more: Partial<Hook> = {}): Hook => ({
  event: "issue.created",
  command: "sh",
  args: ["-c", script],
  timeout_ms: 30_000,
  working_dir: undefined,
  env: {},
  ...more,
});
/** Waits for a file of the test's, and no longer than the test goes on. */
const untilGate = 'while [ -d "$FOLDER" ] && [ ! -e "$FOLDER/gate" ]; do sleep 0.02; done';
const noting = (name = "ran", more: Partial<Hook> = {}) => sh(`echo $KATA_EVENT_ID >> "$FOLDER/${name}"`, more);

const create = async (title = "x") => {
  const { issue, event } = await createIssue(app, { project_id, actor: "ann", title, labels: [], links: [] });
  return { ...issue, event_id: event?.id ?? 0 };
};
/** The lines of a file so far: a shell makes it before it writes. */
const linesOf = (name: string): string[] => {
  const path = join(folder, name);
  return existsSync(path) ? readFileSync(path, "utf8").split("\n").filter(Boolean) : [];
};
const ran = (name = "ran"): number[] => linesOf(name).map(Number);
const runs = (): HookRun[] => linesOf("hooks/runs.jsonl").map((line) => JSON.parse(line) as HookRun);

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = performance.now() + PATIENCE_MS; !(await holds());) {
    if (performance.now() > end) throw new Error(`not so within ${PATIENCE_MS} ms: ${holds}`);
    await Bun.sleep(5);
  }
}

test("a new hook begins after the newest event, and what comes is run for in order", async () => {
  await create();
  await start([noting()]);
  const made = await Promise.all(Array.from({ length: 20 }, () => create()));
  await until(() => ran().length === 20);
  expect(ran()).toEqual(made.map(({ event_id }) => event_id).toSorted((a, b) => a - b));
});

test("hooks go on where they were, and are run for nothing twice, when they are started anew in another order", async () => {
  const [a, b] = [noting("a"), noting("b")];
  const first = await start([a, b]);
  const before = [(await create()).event_id, (await create()).event_id];
  await until(() => ran("a").length + ran("b").length === 4);
  await first.stop(never);
  const missed = (await create()).event_id;
  await start([b, { ...a, timeout_ms: 9_000, env: { X: "y" } }]);
  const after = (await create()).event_id;
  await until(() => ran("a").length + ran("b").length === 8);
  expect([ran("a"), ran("b")]).toEqual([
    [...before, missed, after],
    [...before, missed, after],
  ]);
});

test("`replace()` keeps the hooks that stay, forgets the others, and begins new ones with what comes", async () => {
  const hooks = await start([noting("a"), noting("b")]);
  const one = (await create()).event_id;
  await until(() => ran("a").length + ran("b").length === 2);
  await hooks.replace([noting("c"), noting("b")]);
  const two = (await create()).event_id;
  await until(() => ran("b").length === 2 && ran("c").length === 1);
  await hooks.replace([noting("a"), noting("b"), noting("c")]);
  const three = (await create()).event_id;
  await until(() => ran("a").length === 2 && ran("c").length === 2);
  await until(() => ran("b").length === 3);
  expect([ran("a"), ran("b"), ran("c")]).toEqual([
    [one, three],
    [one, two, three],
    [two, three],
  ]);
  expect(runs().map(({ event_id, hook_index }) => [event_id, hook_index])).toContainEqual([two, 1]);
  await hooks.replace([]);
  expect(await hookCursors(app.db)).toEqual([]);
});

test("a hook that is taken out and put back is never run twice at once", async () => {
  const slow = sh('echo begin >> "$FOLDER/slow"; sleep 0.3; echo end >> "$FOLDER/slow"');
  const hooks = await start([slow]);
  await create();
  await until(() => existsSync(join(folder, "slow")));
  await hooks.replace([]);
  await hooks.replace([slow]);
  await create();
  await until(() => runs().length === 2);
  expect(readFileSync(join(folder, "slow"), "utf8")).toBe("begin\nend\nbegin\nend\n");
});

test("a slow hook holds up neither another nor a change, and its runs wait in the log", async () => {
  const gate = join(folder, "gate");
  const slow = sh(`${untilGate}; echo $KATA_EVENT_ID >> "$FOLDER/slow"`);
  const hooks = await start([slow, noting("quick")], { pool_size: 2 });
  for (let i = 0; i < 5; i++) await create();
  await until(() => ran("quick").length === 5);
  expect(ran("slow")).toEqual([]);
  await until(async () => (await hooks.state()).in_flight === 1);
  expect(await hooks.state()).toMatchObject({ in_flight: 1, queue_length: 4, dropped: 0 });
  writeFileSync(gate, "");
  await until(() => ran("slow").length === 5);
  expect(ran("slow")).toEqual(ran("quick"));
  await until(async () => runs().length === 10 && (await hooks.state()).in_flight === 0);
  expect(await hooks.state()).toMatchObject({ in_flight: 0, queue_length: 0, recent_runs: 10, recent_failures: 0 });
});

test("no more hooks run at once than pool_size says", async () => {
  const each = [1, 2, 3].map((n) => sh(`: ${n}; echo begin >> "$FOLDER/log"; sleep 0.02; echo end >> "$FOLDER/log"`));
  await start(each, { pool_size: 1 });
  for (let i = 0; i < 3; i++) await create();
  await until(() => runs().length === 9);
  expect(readFileSync(join(folder, "log"), "utf8")).toBe("begin\nend\n".repeat(9));
});

test("only hookable events of projects that are shown are run for", async () => {
  await start([noting("all", { event: "*" }), noting("issues", { event: "issue.*" }), noting("one", { event: "issue.commented" })]);
  await mintToken(app, { actor: "bob" });
  const issue = await create();
  const { event } = await commentOnIssue(app, { project_id, ref: issue.short_id, actor: "ann", body: "words" });
  await until(() => ran("one").length === 1 && ran("all").length === 2 && ran("issues").length === 2);
  const [created, commented] = [issue.event_id, event?.id ?? 0];
  expect([ran("all"), ran("issues"), ran("one")]).toEqual([[created, commented], [created, commented], [commented]]);
});

test("what was purged before its turn is not run for, and what else was in the log is", async () => {
  const slow = sh(`${untilGate}; echo $KATA_EVENT_ID >> "$FOLDER/ran"`);
  await start([slow]);
  const [first, second, third] = [await create("one"), await create("two"), await create("three")];
  const target = { project_id, ref: second.short_id, actor: "ann" };
  await deleteIssue(app, { ...target, confirmation: `DELETE demo#${second.short_id}` });
  await purgeIssue(app, { ...target, confirmation: `PURGE demo#${second.short_id}` });
  writeFileSync(join(folder, "gate"), "");
  const fourth = await create("four");
  await until(() => ran().length === 3);
  expect(ran()).toEqual([first.event_id, third.event_id, fourth.event_id]);
});

test("a run that takes too long is asked to end, then ended with all that it started, and the next comes", async () => {
  const stubborn = `trap "" TERM; (trap "" TERM; while [ -d "$FOLDER" ]; do date >> "$FOLDER/alive"; sleep 0.05; done) & [ $KATA_EVENT_ID = 1 ] && wait`;
  const polite = `trap 'echo asked >> "$FOLDER/polite"; exit 7' TERM; [ $KATA_EVENT_ID = 1 ] && { sleep 30 & wait; }; true`;
  await start([sh(polite, { timeout_ms: 200 }), sh(stubborn.replace("& [", "& PID=$!; [") + "; kill -9 $PID; true", { timeout_ms: 200 })]);
  await create();
  await create();
  await until(() => runs().length === 4);
  const [slow, quick] = [runs().filter(({ result }) => result === "timed_out"), runs().filter(({ result }) => result === "ok")];
  expect(slow.map(({ hook_index, exit_code, event_id }) => [hook_index, exit_code, event_id])).toEqual([
    [0, 7, 1],
    [1, 137, 1],
  ]);
  expect(quick.map(({ event_id }) => event_id)).toEqual([2, 2]);
  expect(readFileSync(join(folder, "polite"), "utf8")).toBe("asked\n");
  const size = () => readFileSync(join(folder, "alive")).length;
  const before = size();
  await Bun.sleep(300);
  expect(size()).toBe(before);
}, 30_000);

test("what can't be run is written down with the reason, and the next hook and event come", async () => {
  writeFileSync(join(folder, "plain"), "");
  await start([
    sh("", { command: "kata-no-such-program" }),
    sh("", { command: join(folder, "plain") }),
    noting("never", { working_dir: join(folder, "absent") }),
    noting("never", { working_dir: join(folder, "plain") }),
    sh("exit 3"),
  ]);
  await create();
  await until(() => runs().length === 5);
  const told = runs()
    .toSorted((a, b) => a.hook_index - b.hook_index)
    .map(({ result, exit_code, spawn_error, stdout_path }) => [result, exit_code, spawn_error, stdout_path !== ""]);
  expect(told).toEqual([
    ["spawn_failed", -1, "kata-no-such-program is no program on the PATH", false],
    ["spawn_failed", -1, `${join(folder, "plain")} is no program`, false],
    ["working_dir_missing", -1, `there is no folder ${join(folder, "absent")}`, false],
    ["working_dir_missing", -1, `there is no folder ${join(folder, "plain")}`, false],
    ["ok", 3, "", true],
  ]);
  expect(readdirSync(join(folder, "hooks/output")).toSorted()).toEqual(["1.4.err", "1.4.out"]);
});

test("a hook gets its own words, environment and folder, and a whole payload that it need not read", async () => {
  const look = `echo "$0|$1|$TARGET|$KATA_EVENT_TYPE|$(pwd)"; wc -c >&2`;
  const named = sh("", { args: ["-c", look, "$HOME `id`", "*"], working_dir: "/usr", env: { TARGET: "a b", FOLDER: "mine" } });
  await start([named, sh("exec 0<&-; true")]);
  const title = "x".repeat(5_000);
  await create(title);
  await until(() => runs().length === 2);
  const run = runs().find(({ hook_index }) => hook_index === 0);
  expect(readFileSync(run?.stdout_path ?? "", "utf8")).toBe("$HOME `id`|*|a b|issue.created|/usr\n");
  expect(Number(readFileSync(run?.stderr_path ?? "", "utf8"))).toBeGreaterThan(1_024);
  expect(runs().map(({ exit_code }) => exit_code)).toEqual([0, 0]);
});

test("a program is looked for on the PATH that the hook is given", async () => {
  const bin = join(folder, "bin");
  await Bun.write(join(bin, "mine"), "#!/bin/sh\nexit 9\n");
  Bun.spawnSync(["chmod", "+x", join(bin, "mine")]);
  const hooks = await start([sh("", { command: "mine", args: [], env: { PATH: bin } })]);
  expect(await hooks.state()).toMatchObject({ hooks: [{ index: 0, command: "mine", executable_available: true }] });
  await create();
  await until(() => runs().length === 1);
  expect(runs()[0]).toMatchObject({ exit_code: 9, result: "ok" });
});

test("`stop()` lets what is in the log be run for, and what goes on end", async () => {
  const hooks = await start([sh('sleep 0.1; echo $KATA_EVENT_ID >> "$FOLDER/ran"')]);
  const made = [await create(), await create(), await create()];
  await hooks.stop(never);
  expect(ran()).toEqual(made.map(({ event_id }) => event_id));
  await create();
  await Bun.sleep(50);
  expect(ran()).toHaveLength(3);
});

test("`stop()` asks what goes on for too long to end, and that is run once more", async () => {
  const hook = sh('trap "exit 5" TERM; echo $KATA_EVENT_ID >> "$FOLDER/begun"; [ -e "$FOLDER/gate" ] || { sleep 60 & wait; }');
  const hooks = await start([hook]);
  const made = [await create(), await create()].map(({ event_id }) => event_id);
  await until(() => ran("begun").length === 1);
  await hooks.stop(never, 10);
  expect(runs()).toMatchObject([{ event_id: made[0], result: "daemon_shutdown", exit_code: 5 }]);
  writeFileSync(join(folder, "gate"), "");
  await start([hook]);
  await until(() => runs().length === 3);
  expect(ran("begun")).toEqual([made[0] ?? 0, ...made]);
  expect(runs().map(({ result }) => result)).toEqual(["daemon_shutdown", "ok", "ok"]);
});

test("`stop()` ends what goes on at once where it is to hurry, and that is run once more", async () => {
  const hurry = new AbortController();
  const hooks = await start([sh('echo $KATA_EVENT_ID >> "$FOLDER/begun"; [ -e "$FOLDER/gate" ] || sleep 60')]);
  const made = [await create(), await create()].map(({ event_id }) => event_id);
  await until(() => ran("begun").length === 1);
  const stopped = hooks.stop(hurry.signal);
  hurry.abort();
  await stopped;
  expect(runs()).toMatchObject([{ event_id: made[0], result: "daemon_shutdown", exit_code: 137 }]);
  writeFileSync(join(folder, "gate"), "");
  await start([sh('echo $KATA_EVENT_ID >> "$FOLDER/begun"; [ -e "$FOLDER/gate" ] || sleep 60')]);
  await until(() => runs().length === 3);
  expect(ran("begun")).toEqual([made[0] ?? 0, ...made]);
});

test("a hook waits for the run of the same event that a daemon which was killed left behind", async () => {
  const hook = sh('echo again >> "$FOLDER/order"');
  const key = hookKeys([hook])[0] ?? "";
  await placeHooks(app, [key]);
  await create();
  const path = join(folder, "hooks/output/1.0.out");
  await Bun.write(path, "");
  const script = 'exec 9>>"$1"; flock 9; echo left >> "$FOLDER/order"; sleep 0.4; echo done >> "$FOLDER/order"';
  const left = Bun.spawn(["sh", "-c", script, "sh", path], { env: { PATH: process.env["PATH"], FOLDER: folder } });
  await until(() => existsSync(join(folder, "order")));
  await start([hook]);
  await until(() => runs().length === 1);
  expect(readFileSync(join(folder, "order"), "utf8")).toBe("left\ndone\nagain\n");
  await left.exited;
});

test("a place that can't be kept holds a hook up, and nothing is lost or run out of order", async () => {
  const hooks = await start([sh(`${untilGate}; echo $KATA_EVENT_ID >> "$FOLDER/ran"`)]);
  const { transact } = app.db;
  const made = [await create(), await create()].map(({ event_id }) => event_id);
  let failures = 0;
  app.db.transact = async () => {
    failures += 1;
    throw new Error("disk full");
  };
  writeFileSync(join(folder, "gate"), "");
  await until(() => failures > 0);
  expect(ran()).toEqual(made.slice(0, 1));
  app.db.transact = transact;
  await hooks.stop(never);
  expect(ran()).toEqual(made);
  expect(await hookCursors(app.db)).toMatchObject([{ event_id: made[1] }]);
});

test("`state()` says which hook can't run, and how many runs failed", async () => {
  const hooks = await start([noting("a"), sh("", { command: "kata-no-such-program", working_dir: join(folder, "absent") })]);
  expect((await hooks.state()).hooks).toEqual([
    { index: 0, command: "sh", executable_available: true, working_directory_available: true },
    { index: 1, command: "kata-no-such-program", executable_available: false, working_directory_available: false },
  ]);
  await create();
  await until(() => runs().length === 2);
  expect(await hooks.state()).toMatchObject({ recent_runs: 2, recent_failures: 1, history_incomplete: false, history_truncated: false });
  app.pass(8 * 86_400_000);
  expect(await hooks.state()).toMatchObject({ recent_runs: 0, recent_failures: 0 });
  writeFileSync(join(folder, "hooks/runs.jsonl"), '{"half', { flag: "a" });
  expect(await hooks.state()).toMatchObject({ history_incomplete: true });
});
