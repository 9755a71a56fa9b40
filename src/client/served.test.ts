import { expect, test } from "bun:test";
import { openApi } from "../api/openapi.ts";
import { paths } from "../api/paths.ts";
import { notServed } from "./served.ts";

test("`notServed()` finds nothing missing in this kata's own description, and names what another lacks", () => {
  const own = JSON.parse(JSON.stringify(openApi("1.0.0"))) as { paths: Record<string, unknown> };
  expect(notServed(own)).toEqual([]);
  delete own.paths["/api/v1/projects/{project_id}/issues"];
  expect(notServed(own)).toEqual([paths["issues.list"], paths["issues.create"]]);
  expect(notServed({})).toEqual(Object.values(paths));
});
