import { expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { homeOf } from "../../src/config/home.ts";
import type { HookRun } from "../../src/core/hook-run.ts";
import { type Ran, type Workspace, workspace } from "../workspace.ts";

const PATIENCE_MS = 30_000;

type Written = { event?: string; script: string; more?: string };

/** Writes a hooks.toml of shell scripts; `limits` is what stands under [hooks]. */
const write = async (kata: Workspace, hooks: readonly Written[], limits = "") => {
  const tables = hooks.map(
    ({ event = "issue.created", script, more = "" }) =>
      `[[hook]]\nevent = "${event}"\ncommand = "sh"\nargs = ["-c", ${JSON.stringify(script)}]\n${more}\n`,
  );
  await Bun.write(join(kata.home, "hooks.toml"), `[hooks]\n${limits}\n${tables.join("\n")}`);
};
/** Waits for a file of the test's, and no longer than the test goes on. */
const untilGate = 'while [ -d "$KATA_HOME" ] && [ ! -e "$KATA_HOME/gate" ]; do sleep 0.05; done';
const note = (name: string) => `echo $KATA_EVENT_ID >> "$KATA_HOME/${name}"`;

const linesOf = (kata: Workspace, name: string): string[] => {
  const path = join(kata.home, name);
  return existsSync(path) ? readFileSync(path, "utf8").split("\n").filter(Boolean) : [];
};
const runsIn = ({ stdout }: Pick<Ran, "stdout">): HookRun[] =>
  stdout
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as HookRun);
const logs = async (kata: Workspace, ...words: string[]) => runsIn(await kata.run(["daemon", "logs", "--hooks", ...words]));

async function until(holds: () => boolean | Promise<boolean>, patienceMs = PATIENCE_MS): Promise<void> {
  for (const end = performance.now() + patienceMs; !(await holds());) {
    if (performance.now() > end) throw new Error(`not so within ${patienceMs} ms: ${holds}`);
    await Bun.sleep(10);
  }
}

/** Creates so many issues over the daemon's socket, some at a time. */
async function createMany(kata: Workspace, count: number): Promise<void> {
  const send = (title: string) =>
    fetch("http://kata.invalid/api/v1/projects/1/issues", {
      method: "POST",
      unix: homeOf(kata.env).socket,
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ actor: "ann", title }),
    });
  for (let i = 0; i < count; i += 20) {
    const answers = await Promise.all(Array.from({ length: 20 }, (_, nth) => send(`issue ${i + nth} ${Bun.randomUUIDv7()}`)));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
  }
}

test("three hooks are run for each of 1,000 events, in order", async () => {
  await using kata = await workspace();
  await write(
    kata,
    ["a", "b", "c"].map((name) => ({ script: note(name) })),
  );
  await kata`daemon restart`;
  await createMany(kata, 1_000);
  const wanted = Array.from({ length: 1_000 }, (_, i) => String(i + 1));
  for (const name of ["a", "b", "c"]) {
    await until(() => linesOf(kata, name).length >= 1_000, 100_000);
    expect(linesOf(kata, name)).toEqual(wanted);
  }
}, 120_000);

test("what a daemon that is killed was at is run once more by the next one, and then the rest, in order", async () => {
  await using kata = await workspace();
  await write(kata, [{ script: `${note("begun")}; sleep 0.3; ${note("done")}` }]);
  await kata`daemon restart`;
  for (const title of ["one", "two", "three"]) await kata`create ${title}`;
  await until(() => linesOf(kata, "begun").length === 2);
  const [pid = 0] = kata.daemons();
  process.kill(pid, "SIGKILL");
  await until(() => kata.daemons().length === 0);
  await kata`create four`;
  expect(kata.daemons()).not.toEqual([pid]);
  await until(() => linesOf(kata, "done").at(-1) === "4");
  expect(linesOf(kata, "begun")).toEqual(["1", "2", "2", "3", "4"]);
  expect(linesOf(kata, "done")).toEqual(["1", "2", "2", "3", "4"]);
}, 60_000);

test("`kata daemon reload` swaps the hooks, and leaves everything as it was where hooks.toml is wrong", async () => {
  await using kata = await workspace();
  const log = () => readFileSync(homeOf(kata.env).log, "utf8");
  await write(kata, [{ script: note("old") }, { script: note("kept") }]);
  await kata`daemon restart`;
  await kata`create one`;
  await until(() => linesOf(kata, "old").length === 1);
  await write(kata, [{ script: note("kept") }, { script: note("new") }], 'pool_size = 8\nruns_log_max = "1MB"');
  await kata`daemon reload`;
  await until(() => log().includes("SIGHUP: config.toml and hooks.toml were read again"));
  expect(log()).toContain('pool_size="4 -> 8" runs_log_max="52428800 -> 1048576"');
  expect(log()).toMatch(/changed=hooks from_next_start=hook_limits/);
  // A new hook begins with what comes once its place is kept.
  await until(async () => (await doctorOf(kata)).hooks.length === 2 && (await doctorOf(kata)).queue_length === 0);
  await kata`create two`;
  await until(() => linesOf(kata, "new").length === 1 && linesOf(kata, "kept").length === 2);
  await Bun.write(join(kata.home, "hooks.toml"), '[[hook]]\nevent = "issue.moved"\ncommand = "true"\n');
  await kata`daemon reload`;
  await until(() => log().includes("SIGHUP: everything stays as it was"));
  await kata`create three`;
  await until(() => linesOf(kata, "new").length === 2 && linesOf(kata, "kept").length === 3);
  expect([linesOf(kata, "old"), linesOf(kata, "kept"), linesOf(kata, "new")]).toEqual([["1"], ["1", "2", "3"], ["2", "3"]]);
}, 60_000);

type State = { hooks: unknown[]; queue_length: number; queue_capacity: number };

async function doctorOf(kata: Workspace): Promise<State> {
  const answer = await fetch("http://kata.invalid/api/v1/doctor", { unix: homeOf(kata.env).socket });
  return ((await answer.json()) as { hooks: State }).hooks;
}

test("no hook inherits a token, or what else the daemon was given for itself", async () => {
  await using kata = await workspace({
    config: '[auth]\ntoken_env = "MY_TOKEN"\n\n[[daemon]]\nname = "x"\nurl = "http://127.0.0.1:1"\ntoken_env = "X_TOKEN"\n',
    env: { MY_TOKEN: "s3cret-1" },
  });
  await write(kata, [{ script: 'env > "$KATA_HOME/env.tmp"; mv "$KATA_HOME/env.tmp" "$KATA_HOME/env"', more: 'env = { TARGET = "ops" }' }]);
  const secrets = {
    X_TOKEN: "s3cret-2",
    KATA_AUTH_TOKEN: "s3cret-3",
    KATA_AUTH_TOKEN_FILE: "/s3cret-4",
    CREDENTIALS_DIRECTORY: "/s3cret-5",
  };
  const env = { ...secrets, KATA_AUTOSTART: "", KATA_LISTEN: "", HELLO: "world" };
  expect((await kata.run(["daemon", "restart"], { env })).exit).toBe(0);
  expect((await kata.run(["create", "one"], { env })).exit).toBe(0);
  await until(() => existsSync(join(kata.home, "env")));
  const seen = readFileSync(join(kata.home, "env"), "utf8");
  expect(seen).toContain("HELLO=world\n");
  expect(seen).toContain("TARGET=ops\n");
  expect(seen).toContain(`KATA_DB=${join(kata.home, "kata.db")}\n`);
  expect(seen).not.toMatch(/s3cret|TOKEN|AUTOSTART|LISTEN/);
});

test("a hook's own kata reaches the daemon that runs it", async () => {
  await using kata = await workspace();
  await write(kata, [{ script: `${kata.bin} label add --project demo $(sed 's/.*"short_id":"\\([a-z0-9]*\\)".*/\\1/') seen --as hook` }]);
  await kata`daemon restart`;
  const ref = (await kata`create one -q`).stdout.trim();
  await until(async () => (await kata`show ${ref} --json`).stdout.includes('"seen"'));
  expect((await kata`events --json`).stdout).toContain('"actor":"hook"');
});

test("a command that comes while a daemon waits for its hooks is answered by the next daemon", async () => {
  await using kata = await workspace();
  await write(kata, [{ script: `${note("begun")}; sleep 1; ${note("done")}` }]);
  await kata`daemon restart`;
  await kata`create one`;
  await until(() => linesOf(kata, "begun").length === 1);
  const stopped = kata`daemon stop`;
  await until(async () => !(await kata`daemon status`).stdout.includes("pid="));
  expect(await kata`create two`).toMatchObject({ exit: 0, stderr: "" });
  expect(await stopped).toMatchObject({ exit: 0 });
  await until(() => linesOf(kata, "done").length === 2);
  expect([linesOf(kata, "begun"), linesOf(kata, "done")]).toEqual([
    ["1", "2"],
    ["1", "2"],
  ]);
});

test("a second Ctrl-C waits for no hook, and leaves none behind", async () => {
  await using kata = await workspace();
  await kata`daemon stop`;
  await write(kata, [{ script: `echo $$ >> "$KATA_HOME/pids"; [ -e "$KATA_HOME/gate" ] || exec sleep 60` }]);
  const daemon = kata.start(["daemon", "start", "--foreground"]);
  await until(async () => (await kata`health`).exit === 0);
  await kata`create one`;
  await until(() => linesOf(kata, "pids").length === 1);
  daemon.kill("SIGINT");
  await Bun.sleep(100);
  expect(daemon.exitCode).toBe(null);
  daemon.kill("SIGINT");
  expect(await daemon.exited).toBe(1);
  const [first = ""] = linesOf(kata, "pids");
  await until(() => !existsSync(`/proc/${first}`) || readFileSync(`/proc/${first}/stat`, "utf8").includes(") Z "));
  writeFileSync(join(kata.home, "gate"), "");
  await kata`list`;
  await until(async () => (await logs(kata)).some(({ result, event_id }) => result === "ok" && event_id === 1));
}, 60_000);

test("`kata daemon logs --hooks` shows the last runs that fit, in their order, from all files", async () => {
  await using kata = await workspace();
  await write(
    kata,
    [{ script: "true" }, { event: "issue.*", script: "[ $KATA_EVENT_TYPE != issue.closed ]" }],
    'runs_log_max = "2KB"\nruns_log_keep = 50',
  );
  await kata`daemon restart`;
  for (let i = 0; i < 6; i++) {
    const ref = (await kata`create ${`issue ${i} ${Bun.randomUUIDv7("base64url")}`} --force-new -q`).stdout.trim();
    const message = `Nobody needs issue ${i} after all: what it was about is gone, and nothing took its place.`;
    expect((await kata`close ${ref} --wontfix --message ${message}`).exit).toBe(0);
  }
  await until(async () => (await logs(kata)).length === 18);
  const { hooks } = homeOf(kata.env);
  expect(readdirSync(hooks).filter((name) => name.startsWith("runs.")).length).toBeGreaterThan(3);
  for (const name of readdirSync(hooks)) expect(statSync(join(hooks, name)).mode & 0o077).toBe(0);
  const all = await logs(kata);
  expect(all.map(({ ended_at }) => ended_at)).toEqual(all.map(({ ended_at }) => ended_at).toSorted());
  expect(await logs(kata, "--limit", "4")).toEqual(all.slice(-4));
  const failed = await logs(kata, "--failed-only", "--limit", "2");
  expect(failed).toEqual(all.filter(({ exit_code }) => exit_code !== 0).slice(-2));
  expect(failed).toHaveLength(2);
  expect(await logs(kata, "--hook-index", "0")).toEqual(all.filter(({ hook_index }) => hook_index === 0));
  expect(await logs(kata, "--hook-index", "-1", "--event-type", "issue.closed", "--json")).toEqual(
    all.filter(({ event_type }) => event_type === "issue.closed"),
  );
  expect(await logs(kata, "--event-type", "issue.moved")).toEqual([]);
}, 60_000);

test("`kata daemon logs --hooks --tail` goes on with what comes, across a change of files, and ends at a signal", async () => {
  await using kata = await workspace();
  await write(kata, [{ script: "true" }], 'runs_log_max = "1KB"\nruns_log_keep = 50');
  await kata`daemon restart`;
  await createMany(kata, 20);
  await until(async () => (await logs(kata)).length === 20);
  const tail = kata.start(["daemon", "logs", "--hooks", "--tail", "--limit", "2"]);
  let text = "";
  const reading = (async () => {
    for await (const piece of tail.stdout) text += new TextDecoder().decode(piece);
  })();
  await until(() => text.split("\n").length === 3);
  await createMany(kata, 40);
  await until(() => runsIn({ stdout: text.slice(0, text.lastIndexOf("\n") + 1) }).length >= 42);
  tail.kill("SIGTERM");
  expect(await tail.exited).toBe(0);
  await reading;
  expect(runsIn({ stdout: text }).map(({ event_id }) => event_id)).toEqual(Array.from({ length: 42 }, (_, i) => 19 + i));
  expect(await tail.stderr.text()).toBe("");
}, 60_000);

test("`kata daemon logs` says what it shows, and where the daemon's own log is", async () => {
  await using kata = await workspace({ project: false });
  const { exit, stdout, stderr } = await kata`daemon logs`;
  expect([exit, stdout]).toEqual([2, ""]);
  expect(stderr).toBe(
    `kata: \`kata daemon logs\` needs --hooks: it shows how runs of hooks went\nHint: What the daemon itself says is in ${homeOf(kata.env).log}, or in the journal of whatever runs it.\n`,
  );
  expect(await kata`daemon logs --hooks`).toMatchObject({ exit: 0, stdout: "", stderr: "" });
});

test("`kata doctor` tells of hooks that can't run, of runs that wait, and of those that failed", async () => {
  await using kata = await workspace();
  await write(kata, [{ script: `${untilGate}; exit 1` }, { script: "true", more: `working_dir = "${kata.home}/absent"` }], "queue_cap = 2");
  await kata`daemon restart`;
  await createMany(kata, 20);
  await until(async () => (await doctorOf(kata)).queue_length === 3);
  type Report = { checks: { id: string; status: string; summary: string; details: string[]; fix: string | null }[] };
  const report = async () => {
    const { checks } = (await kata`doctor --json`).json<Report>();
    return Object.fromEntries(checks.map((check) => [check.id, check]));
  };
  const full = await report();
  expect(full["config.hooks"]).toMatchObject({ status: "ok", summary: `${join(kata.home, "hooks.toml")} can be read: 2 hooks` });
  expect(full["daemon.hooks"]).toMatchObject({ status: "warn", summary: "hook 1: there is no folder where sh is to run" });
  expect(full["daemon.hook_queue"]).toMatchObject({
    status: "warn",
    summary: "more than 2 runs wait (queue_cap); none is dropped",
    fix: expect.stringContaining("pool_size"),
  });
  writeFileSync(join(kata.home, "gate"), "");
  await until(async () => (await logs(kata, "--limit", "1000")).length === 40);
  const empty = await report();
  expect(empty["daemon.hook_queue"]).toMatchObject({ status: "ok", summary: "0 runs wait, and 0 go on" });
  expect(empty["daemon.hook_runs"]).toMatchObject({
    status: "warn",
    summary: "of 40 runs in 7 days 40 failed",
    fix: expect.stringContaining("kata daemon logs --hooks --failed-only"),
  });
}, 60_000);

test("the log warns of hooks that are behind", async () => {
  await using kata = await workspace();
  await write(kata, [{ script: untilGate }], 'queue_cap = 3\nqueue_full_log_interval = "1s"');
  await kata`daemon restart`;
  await createMany(kata, 20);
  await until(() => readFileSync(homeOf(kata.env).log, "utf8").includes("hooks are behind"));
  expect(readFileSync(homeOf(kata.env).log, "utf8")).toContain("more runs wait than queue_cap; none is dropped waiting=4 queue_cap=3");
  writeFileSync(join(kata.home, "gate"), "");
  await until(async () => (await logs(kata)).length === 20);
}, 60_000);
