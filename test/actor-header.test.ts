import { expect, test } from "bun:test";
import type { GenericSchema } from "valibot";
import type { Route } from "../src/api/route.ts";
import { routes } from "../src/api/routes.ts";
import { isTaken } from "../src/config/proxy.ts";

test("`isTaken()` knows every header that a route reads: none of them can name the actor", () => {
  const entriesOf = (schema: GenericSchema | undefined) =>
    Object.keys((schema as unknown as { entries?: object } | undefined)?.entries ?? {});
  const read = new Set(Object.values(routes as Record<string, Route>).flatMap(({ headers }) => entriesOf(headers)));
  expect(read.size).toBeGreaterThan(4);
  expect([...read].filter((name) => !isTaken(name))).toEqual([]);
});
