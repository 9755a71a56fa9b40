import { expect, test } from "bun:test";
import { join } from "node:path";

test("`logFaults()` says what nobody caught, and the process goes on and answers", async () => {
  const script = `
    const { logFaults } = await import(${JSON.stringify(join(import.meta.dir, "faults.ts"))});
    logFaults();
    const server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response("still here") });
    void Promise.reject(new Error("a lost promise"));
    setTimeout(() => { throw new Error("a lost error"); }, 1);
    await Bun.sleep(30);
    console.log(await (await fetch(server.url)).text());
    await server.stop(true);`;
  const child = Bun.spawn([process.execPath, "-e", script], { stdio: ["ignore", "pipe", "pipe"] });
  const [stdout, stderr, exit] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  expect([exit, stdout]).toEqual([0, "still here\n"]);
  expect(stderr).toMatch(/^\S+Z error a rejection that nobody caught: Error: a lost promise/m);
  expect(stderr).toMatch(/^\S+Z error an error that nobody caught: Error: a lost error/m);
});
