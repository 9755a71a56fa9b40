import { digest } from "../../app/digests.ts";
import type { Handlers } from "../router.ts";

/** Actors may come one by one, with commas between them, or both. */
function actorsOf(given: readonly string[] = []): string[] {
  return given.flatMap((text) => text.split(",").map((name) => name.trim())).filter((name) => name !== "");
}

export const digestHandlers = {
  "digest.show": ({ app }, { query: { since, until, actor } }) => digest(app, { since, until, actors: actorsOf(actor) }),
  "digest.show_project": ({ app }, { params, query: { since, until, actor } }) =>
    digest(app, { ...params, since, until, actors: actorsOf(actor) }),
} satisfies Partial<Handlers>;
