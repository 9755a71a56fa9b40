import type { GenericSchema, InferInput } from "valibot";
import type { Route } from "../api/route.ts";

/** Numbers may be sent where a path or query has their text, and members left undefined are not sent. */
type Loose<T> = { [K in keyof T]: K extends keyof T ? (Extract<T[K], string> extends never ? T[K] : T[K] | number | boolean) : never };

type Part<R, K extends string> = R extends { [P in K]: infer S extends GenericSchema } ? InferInput<S> : never;
type Optional<R, K extends string> = R extends { [P in K]: GenericSchema } ? { [P in K]?: Loose<Part<R, K>> | undefined } : unknown;
type Required<R, K extends string> = R extends { [P in K]: GenericSchema } ? { [P in K]: Part<R, K> } : unknown;
type Params<R> = R extends { params: GenericSchema } ? { params: Loose<Part<R, "params">> } : unknown;
type Actor<R> = R extends { actor: "query" } ? { query: { actor: string } } : unknown;

/** What a client of a route sends. */
export type Send<R extends Route> = Params<R> & Optional<R, "query"> & Optional<R, "headers"> & Required<R, "body"> & Actor<R>;
