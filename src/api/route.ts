import type { GenericSchema, InferOutput } from "valibot";
import type { Code } from "../core/error.ts";
import type { Needs } from "../core/principal.ts";

export type Route = {
  summary: string;
  needs: Needs;
  /** Where a change says who makes it. Routes without it that change something credit nobody: they write no event. */
  actor?: "body" | "query";
  params?: GenericSchema;
  query?: GenericSchema;
  headers?: GenericSchema;
  body?: GenericSchema;
  /** Bytes that a body may have, where it may be larger than others. */
  limit?: number;
  /** The body of a good reply, or the media type of one that is no JSON; null for none. */
  reply: GenericSchema | "text/event-stream" | null;
  /** The status of a good reply: 200 if nothing is said. */
  status?: 201 | 204;
  refusals: readonly Code[];
};

type Part<R, K extends string> = R extends { [P in K]: infer S extends GenericSchema } ? { [P in K]: InferOutput<S> } : unknown;
type ActorPart<R> = R extends { actor: string } ? { actor: string } : unknown;

/** What a handler of the route takes. */
export type Input<R extends Route> = Part<R, "params"> & Part<R, "query"> & Part<R, "headers"> & Part<R, "body"> & ActorPart<R>;

export type Reply<R extends Route> = R["reply"] extends GenericSchema ? InferOutput<R["reply"]> : null;
