import { statSync } from "node:fs";
import type { Hook } from "../../core/hook.ts";
import type { HookResult } from "../../core/hook-run.ts";
import type { RunFiles } from "./hook-outputs.ts";

/** How long a process has to end once it is asked to. */
export const GRACE_MS = 5_000;
const POLL_MS = 20;

type Env = Record<string, string | undefined>;
export type Ended = { result: HookResult; exit_code: number; spawn_error: string };
/** `cut` asks the process to end, because the daemon does; `kill` does not ask. */
export type Ending = { cut: AbortSignal; kill: AbortSignal };

type Start = { hook: Hook; env: Env; folder: string; files: RunFiles; ending: Ending };

/** The program that a hook names, as it would be run; null where there is none. */
export function executableOf({ command }: Pick<Hook, "command">, path: string | undefined): string | null {
  return Bun.which(command, { PATH: path ?? "" });
}

export function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** Runs a hook's program in a process group of its own, until it ends or is ended. */
export async function runProcess({ hook, env, folder, files, ending }: Start): Promise<Ended> {
  if (!isFolder(folder)) return never("working_dir_missing", `there is no folder ${folder}`);
  const program = executableOf(hook, env["PATH"]);
  if (program === null) return never("spawn_failed", `${hook.command} is no program${hook.command.startsWith("/") ? "" : " on the PATH"}`);
  let child: Bun.Subprocess;
  try {
    const stdio: [number, number, number] = [files.stdin, files.stdout.fd, files.stderr.fd];
    child = Bun.spawn([program, ...hook.args], { argv0: hook.command, cwd: folder, env, stdio, detached: true });
  } catch (error) {
    return never("spawn_failed", (error as Error).message);
  }
  return supervise(child, hook.timeout_ms, ending);
}

const never = (result: HookResult, spawn_error: string): Ended => ({ result, exit_code: -1, spawn_error });

async function supervise(child: Bun.Subprocess, timeoutMs: number, { cut, kill }: Ending): Promise<Ended> {
  const { promise: asked, resolve } = Promise.withResolvers<HookResult>();
  const timer = setTimeout(() => resolve("timed_out"), timeoutMs);
  const onCut = () => resolve("daemon_shutdown");
  // At once, and not when this is next: the daemon may be about to leave.
  const onKill = () => signalGroup(child, "SIGKILL");
  cut.addEventListener("abort", onCut);
  kill.addEventListener("abort", onKill);
  if (cut.aborted) onCut();
  try {
    const result = await Promise.race([child.exited.then((): HookResult => "ok"), asked]);
    if (result !== "ok") await endGroup(child, kill);
    return { result, exit_code: await child.exited, spawn_error: "" };
  } finally {
    clearTimeout(timer);
    cut.removeEventListener("abort", onCut);
    kill.removeEventListener("abort", onKill);
  }
}

/** Asks a process and all that it has started to end, and ends what has not. */
async function endGroup(child: Bun.Subprocess, kill: AbortSignal): Promise<void> {
  signalGroup(child, "SIGTERM");
  for (const end = performance.now() + GRACE_MS; performance.now() < end && !kill.aborted;) {
    if (!signalGroup(child, 0)) return;
    await Bun.sleep(POLL_MS);
  }
  signalGroup(child, "SIGKILL");
}

/** Whether there was anybody to signal. */
function signalGroup({ pid }: Bun.Subprocess, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-pid, signal);
    return true;
  } catch {
    return false;
  }
}
