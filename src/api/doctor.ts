import * as v from "valibot";
import type { Route } from "./route.ts";

const hook = v.object({
  index: v.number(),
  command: v.string(),
  executable_available: v.boolean(),
  working_directory_available: v.boolean(),
});

const count = (what: string) => v.pipe(v.number(), v.description(what));
const flag = (what: string) => v.pipe(v.boolean(), v.description(what));

export const doctor = {
  "doctor.show": {
    summary: "Tell whoever runs the daemon how what it does by itself is going",
    needs: "operate",
    reply: v.object({
      hooks: v.object({
        available: flag("whether this daemon runs hooks"),
        hooks: v.array(hook),
        queue_length: count("runs that wait; no more than a few are counted where there are more than queue_capacity"),
        queue_capacity: count("from how many on the log warns"),
        in_flight: count("runs that go on"),
        dropped: count("runs that were left out: always 0, since the event log is the queue"),
        recent_runs: count("runs of the last 7 days"),
        recent_failures: count("of those the ones that did not end by themselves with exit code 0"),
        history_incomplete: flag("whether some of what is written of them can't be read"),
        history_truncated: flag("whether more is written of the last 7 days than is looked at"),
      }),
    }),
    refusals: [],
  },
} as const satisfies Record<string, Route>;
