import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readHooks } from "./hooks.ts";

let path = "";
beforeEach(() => void (path = mkdtempSync(join(tmpdir(), "kata-hooks-"))));
afterEach(() => rmSync(path, { recursive: true }));

const read = (text: string) => {
  writeFileSync(join(path, "hooks.toml"), text);
  return readHooks({ path });
};
const hook = (more: string) => read(`[[hook]]\nevent = "*"\ncommand = "true"\n${more}`);

test("`readHooks()` gives what is usual where nothing is said", () => {
  const limits = {
    pool_size: 4,
    queue_cap: 1_000,
    output_disk_cap: 104_857_600,
    runs_log_max: 52_428_800,
    runs_log_keep: 5,
    queue_full_log_interval_ms: 60_000,
  };
  expect(readHooks({ path })).toEqual({ hooks: [], limits });
  const usual = { event: "*", command: "true", args: [], timeout_ms: 30_000, working_dir: undefined, env: {} };
  expect(hook("")).toEqual({ hooks: [usual], limits });
});

test("`readHooks()` reads all that can be said", () => {
  const said = read(`
    [hooks]
    pool_size = 16
    queue_cap = 10000
    output_disk_cap = "64KB"
    runs_log_max = 4096
    runs_log_keep = 100
    queue_full_log_interval = "1s"

    [[hook]]
    event = "issue.closed"
    command = "/usr/bin/notify me"
    args = ["--to", "ops"]
    timeout = "1m30s"
    working_dir = "/srv"
    env = { TARGET = "ops" }
  `);
  expect(said.limits).toEqual({
    pool_size: 16,
    queue_cap: 10_000,
    output_disk_cap: 65_536,
    runs_log_max: 4_096,
    runs_log_keep: 100,
    queue_full_log_interval_ms: 1_000,
  });
  expect(said.hooks).toEqual([
    {
      event: "issue.closed",
      command: "/usr/bin/notify me",
      args: ["--to", "ops"],
      timeout_ms: 90_000,
      working_dir: "/srv",
      env: { TARGET: "ops" },
    },
  ]);
});

test.each([
  ["1K", 1_024],
  ["1KB", 1_024],
  ["2 MB", 2_097_152],
  ["3M", 3_145_728],
])("`readHooks()` reads the size %s", (text, bytes) => {
  expect(read(`[hooks]\nruns_log_max = "${text}"`).limits.runs_log_max).toBe(bytes);
});

test.each(['""', '"5"', '"5GB"', '"-1K"', '"0K"', "0", "-5", "1.5", "true", '"99999999999999999999K"'])(
  "`readHooks()` refuses the size %s",
  (size) => expect(() => read(`[hooks]\nruns_log_max = ${size}`)).toThrow(/hooks\.toml:2: runs_log_max must be bytes, or a size/),
);

test.each([
  ['timeout = "0s"', "timeout"],
  ['timeout = "5m1s"', "timeout"],
  ['working_dir = "here"', "working_dir"],
  ['env = { KATA_HOME = "/" }', "env"],
  ['env = { "A=B" = "x" }', "env"],
  ['env = { A = "x\\u0000y" }', "env"],
  ['args = ["x\\u0000y"]', "args"],
  ["args = [1]", "args"],
])("`readHooks()` refuses %s", (line, key) => expect(() => hook(line)).toThrow(new RegExp(`hooks\\.toml:4: ${key} must be`)));

test.each(["sync.reset_required", "issue.moved", "project.removed", "issue.", "ISSUE.*", ""])(
  "`readHooks()` refuses the event %j",
  (event) =>
    expect(() => read(`[[hook]]\nevent = "${event}"\ncommand = "true"`)).toThrow(/hooks\.toml:2: event must be a known event type/),
);

test("`readHooks()` refuses more than 256 hooks", () => {
  const many = (count: number) => '[[hook]]\nevent = "*"\ncommand = "true"\n'.repeat(count);
  expect(read(many(256)).hooks).toHaveLength(256);
  expect(() => read(many(257))).toThrow(/at most 256/);
});
