import { expect, test } from "bun:test";
import { openApi } from "../src/api/openapi.ts";
import { paths } from "../src/api/paths.ts";
import { routes } from "../src/api/routes.ts";
import { codes } from "../src/core/error.ts";

type Operation = { operationId: string; parameters: { name: string; in: string }[]; responses: Record<string, unknown> };
const document = openApi("0.0.0") as { openapi: string; paths: Record<string, Record<string, Operation>> };

test("`openApi()` describes every route of the contract, and nothing else", () => {
  const described = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId }]) => [
      operationId,
      `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ":$1")}`,
    ]),
  );
  expect(Object.fromEntries(described)).toEqual(paths);
});

test("`openApi()` describes each parameter of a path", () => {
  for (const [path, methods] of Object.entries(document.paths)) {
    const wanted = Array.from(path.matchAll(/\{(\w+)\}/g), ([, name]) => name ?? "");
    for (const { operationId, parameters } of Object.values(methods)) {
      expect([operationId, parameters.filter((each) => each.in === "path").map(({ name }) => name)]).toEqual([operationId, wanted]);
    }
  }
});

test("every refusal that a route names is a code with a status", () => {
  for (const [id, { refusals }] of Object.entries(routes)) {
    for (const code of refusals) expect([id, code in codes]).toEqual([id, true]);
  }
});

test("a change that writes events says who makes it", () => {
  const silent = Object.entries(routes).filter(([, route]) => route.needs === "write" && !("actor" in route));
  expect(silent.map(([id]) => id)).toEqual([
    "projects.init",
    ...("projects.rename" in paths ? ["projects.rename"] : []),
    ...("projects.merge" in paths ? ["projects.merge"] : []),
  ]);
});

test("the document is OpenAPI 3.1 and plain JSON", () => {
  expect(document.openapi).toBe("3.1.0");
  expect(JSON.parse(JSON.stringify(document))).toEqual(document as never);
});
