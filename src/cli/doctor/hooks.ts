import type { Reply } from "../../api/route.ts";
import type { Routes } from "../../api/routes.ts";
import type { Client } from "../../client/client.ts";
import { KataError } from "../../core/error.ts";
import type { Checks } from "./check.ts";
import { probe } from "./probe.ts";

type Hooks = Reply<Routes["doctor.show"]>["hooks"];

/** How the daemon's hooks are: whether each can run, how many runs wait, and how those of late went. */
export async function checkHooks(checks: Checks, client: Client | undefined): Promise<void> {
  const hooks = client && (await checks.look("daemon.hooks", () => programs(client)));
  if (!client) checks.skip("daemon.hooks", "no daemon answers that could be asked");
  for (const [id, look] of [
    ["daemon.hook_queue", queue],
    ["daemon.hook_runs", runs],
  ] as const) {
    if (hooks) checks.add(id, look(hooks));
    else checks.skip(id, "the daemon does not tell of its hooks");
  }
}

async function programs(client: Client) {
  const value = await stateOf(client);
  if (!value) return { status: "info" as const, summary: "only whoever runs the daemon is told of its hooks" };
  const details = value.hooks.flatMap(({ index, command, executable_available, working_directory_available }) => [
    ...(executable_available ? [] : [`hook ${index}: ${command} is no program that the daemon finds`]),
    ...(working_directory_available ? [] : [`hook ${index}: there is no folder where ${command} is to run`]),
  ]);
  const [first] = details;
  const count = value.hooks.length === 0 ? "there are no hooks" : `${value.hooks.length} hooks, and each can run`;
  if (first === undefined) return { status: "ok" as const, summary: count, value };
  const fix = "Correct command or working_dir in hooks.toml, or the PATH that the daemon was started with.";
  return { status: "warn" as const, summary: first, details, fix, value };
}

/** What the daemon says of its hooks; nothing to whom it is no route, and where it is older. */
async function stateOf(client: Client): Promise<Hooks | undefined> {
  try {
    return ((await probe(client, "doctor.show", {})).reply as Partial<Reply<Routes["doctor.show"]>>).hooks;
  } catch (error) {
    if (error instanceof KataError && error.status === 404) return undefined;
    throw error;
  }
}

function queue({ queue_length, queue_capacity, in_flight }: Hooks) {
  const summary = `${queue_length} runs wait, and ${in_flight} go on`;
  if (queue_length <= queue_capacity) return { status: "ok" as const, summary };
  const fix = "A hook is slower than what happens: let it hand its work to another program, or raise pool_size.";
  return { status: "warn" as const, summary: `more than ${queue_capacity} runs wait (queue_cap); none is dropped`, fix };
}

function runs({ recent_runs, recent_failures, history_incomplete, history_truncated }: Hooks) {
  const details = [
    ...(history_incomplete ? ["some of what is written of them can't be read, or has made room"] : []),
    ...(history_truncated ? ["there were more than were looked at"] : []),
  ];
  const summary = `of ${recent_runs} runs in 7 days ${recent_failures} failed`;
  if (recent_failures === 0) return { status: "ok" as const, summary, details };
  return { status: "warn" as const, summary, details, fix: "`kata daemon logs --hooks --failed-only` on the daemon's host shows them." };
}
