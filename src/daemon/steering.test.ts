import { expect, test } from "bun:test";
import { steerToSecond } from "./steering.ts";

const serve = (text: string, port: number) =>
  Bun.serve({ hostname: "127.0.0.1", port, reusePort: true, development: false, fetch: () => new Response(text) });

test.if(process.platform === "linux")("`steerToSecond()` gives each new connection to the second of two servers at a port", async () => {
  await using first = serve("first", 0);
  const { port = 0 } = first;
  await using second = serve("second", port);
  await using other = serve("other", 0);
  const asked = (at = port) => fetch(`http://127.0.0.1:${at}/`, { keepalive: false }).then((response) => response.text());
  const many = async () => new Set(await Promise.all(Array.from({ length: 60 }, () => asked())));
  expect([...(await many())].sort()).toEqual(["first", "second"]);
  expect(steerToSecond(port)).toBe(true);
  expect([...(await many())]).toEqual(["second"]);
  await first.stop(false);
  expect([...(await many())]).toEqual(["second"]);
  // The one that was the second is now the first of two.
  await using third = serve("third", port);
  expect([...(await many())]).toEqual(["third"]);
  expect([third.port, second.port, await asked(other.port)]).toEqual([port, port, "other"]);
  expect(steerToSecond(1)).toBe(false);
});
