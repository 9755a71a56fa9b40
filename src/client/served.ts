import { paths } from "../api/paths.ts";

/** The routes that this kata asks for and that a daemon's own description of itself does not have (OpenAPI 3.1 §4.8.8). */
export function notServed(description: Record<string, unknown>): string[] {
  const served = (description["paths"] ?? {}) as Record<string, Record<string, unknown> | undefined>;
  return Object.values(paths).filter((route) => {
    const [method = "", path = ""] = route.split(" ");
    return served[path.replaceAll(/:(\w+)/g, "{$1}")]?.[method.toLowerCase()] === undefined;
  });
}
