import { afterEach, beforeEach, expect, test } from "bun:test";
import {
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { flockOpen } from "../../config/lock.ts";
import { HookOutputs, type RunFiles } from "./hook-outputs.ts";

const BLOCK = 4_096;
let folder = "";
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "kata-outputs-"))));
afterEach(() => rmSync(folder, { recursive: true }));

const input = new TextEncoder().encode("é".repeat(100_000));
const write = ({ stdout, stderr }: RunFiles, out: string, err = "") => {
  writeSync(stdout.fd, out);
  writeSync(stderr.fd, err);
};
const left = () => readdirSync(folder).toSorted();

test("`open()` gives files that only this user reads, and one without a name that has the input", async () => {
  const files = new HookOutputs(join(folder, "output"), 1 << 20).open(7, 2, input);
  const { stdin, stdout } = files;
  const read = Bun.spawn(["cat"], { stdio: [stdin, stdout.fd, "ignore"] });
  expect(await read.exited).toBe(0);
  const { stdout_path, stderr_path, ...sizes } = files.end(true);
  expect([stdout_path, stderr_path]).toEqual([join(folder, "output/7.2.out"), join(folder, "output/7.2.err")]);
  expect(sizes).toEqual({ stdout_bytes: input.length, stderr_bytes: 0 });
  expect(readFileSync(stdout_path)).toEqual(Buffer.from(input));
  expect([statSync(stdout_path).mode & 0o777, statSync(join(folder, "output")).mode & 0o777]).toEqual([0o600, 0o700]);
  expect(readdirSync(join(folder, "output")).toSorted()).toEqual(["7.2.err", "7.2.out"]);
});

test("`end()` takes the files away where nothing ran", () => {
  const files = new HookOutputs(folder, 1 << 20).open(1, 0, input);
  expect(files.end(false)).toEqual({ stdout_path: "", stderr_path: "", stdout_bytes: 0, stderr_bytes: 0 });
  expect(left()).toEqual([]);
});

test("the oldest outputs go once they take more than the cap, those of earlier daemons first, and empty ones too", () => {
  for (const [name, age] of [
    ["1.0.out", 30],
    ["2.0.out", 20],
    ["3.0.out", 10],
  ] as const) {
    writeFileSync(join(folder, name), "x".repeat(BLOCK));
    utimesSync(join(folder, name), Date.now() / 1_000 - age, Date.now() / 1_000 - age);
  }
  const outputs = new HookOutputs(folder, 4 * BLOCK);
  const first = outputs.open(4, 0, input);
  write(first, "y");
  first.end(true);
  expect(left()).toEqual(["2.0.out", "3.0.out", "4.0.err", "4.0.out"]);
  outputs.open(5, 0, input).end(true);
  expect(left()).toEqual(["4.0.err", "4.0.out", "5.0.err", "5.0.out"]);
  // The same once more takes the place of what it wrote before.
  const again = outputs.open(4, 0, input);
  write(again, "z");
  again.end(true);
  expect(readFileSync(join(folder, "4.0.out"), "utf8")).toBe("z");
  outputs.open(6, 0, input).end(true);
  expect(left()).toEqual(["4.0.err", "4.0.out", "6.0.err", "6.0.out"]);
});

test("a run that writes without end does not fill the disk", async () => {
  const files = new HookOutputs(folder, 16 * BLOCK).open(1, 0, input);
  const flood = Bun.spawn(["sh", "-c", "while :; do echo yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy; done"], {
    stdio: ["ignore", files.stdout.fd, files.stderr.fd],
    timeout: 20_000,
  });
  let last = 0;
  let shrunk = false;
  for (const end = performance.now() + 10_000; !shrunk && performance.now() < end; await Bun.sleep(5)) {
    const { size } = statSync(files.stdout.path);
    shrunk = size < last;
    last = size;
  }
  flood.kill("SIGKILL");
  await flood.exited;
  files.end(true);
  expect(shrunk).toBe(true);
});

test("`isHeld()` is true as long as a process that inherited it has the stdout of that run", async () => {
  const outputs = new HookOutputs(folder, 1 << 20);
  expect(outputs.isHeld(1, 0)).toBe(false);
  const files = outputs.open(1, 0, input);
  const holder = Bun.spawn(["sleep", "30"], { stdio: ["ignore", files.stdout.fd, "ignore"] });
  files.end(true);
  expect([outputs.isHeld(1, 0), outputs.isHeld(1, 1), outputs.isHeld(2, 0)]).toEqual([true, false, false]);
  const other = openSync(join(folder, "1.0.out"), "a");
  expect(flockOpen(other)).toBe(false);
  closeSync(other);
  holder.kill("SIGKILL");
  await holder.exited;
  expect(outputs.isHeld(1, 0)).toBe(false);
});
