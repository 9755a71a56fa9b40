import { LocalError } from "../../core/error.ts";
import { lineSafe } from "../../core/text.ts";
import { command } from "../command.ts";
import { type Check, Checks, type Status } from "../doctor/check.ts";
import { checkConfig } from "../doctor/config.ts";
import { checkDaemon } from "../doctor/daemon.ts";
import { checkFiles } from "../doctor/files.ts";
import { checkHooks } from "../doctor/hooks.ts";
import { checkProject } from "../doctor/project.ts";
import { checkStorage } from "../doctor/storage.ts";
import { checkTarget } from "../doctor/target.ts";
import type { Style, Terminal } from "../terminal.ts";

export const doctor = command({
  name: "doctor",
  summary: "Look for what is wrong, and change nothing",
  examples: ["kata doctor", "kata doctor --json"],
  words: [],
  flags: {},
  async run(_, context) {
    const checks = new Checks();
    await checkConfig(checks, context);
    const target = await checkTarget(checks, context.asking);
    const client = await checkDaemon(checks, target);
    await checkProject(checks, client, context);
    await checkHooks(checks, client);
    await checkStorage(checks, target);
    await checkFiles(checks, context);
    const { found } = checks;
    const counts = checks.counts();
    const failed = found.filter(({ status }) => status === "fail").map(({ id }) => id);
    return {
      data: { version: 1, checks: found, summary: counts },
      text: `${report(found, context.terminal)}\n\n${totals(found.length, counts)}`,
      ...(failed.length > 0 && {
        failure: new LocalError("checks_failed", `${failed.join(", ")}: not as it should be`, "Do what stands under each."),
      }),
    };
  },
});

const styles: Record<Status, Style> = { ok: "green", info: "blue", warn: "yellow", fail: "red" };

/** One line for each check, and under those that are not well what there is to know and to do. */
function report(checks: readonly Check[], { style }: Terminal): string {
  const width = Math.max(...checks.map(({ id }) => id.length));
  const inset = " ".repeat(width + 8);
  return checks
    .flatMap(({ id, status, summary, details, fix }) => [
      `${style(status.padEnd(4), styles[status])}  ${id.padEnd(width)}  ${lineSafe(summary)}`,
      ...(status === "ok" || status === "info"
        ? []
        : details.filter((each) => each !== summary).map((each) => inset + style(lineSafe(each), "dim"))),
      ...(fix === null ? [] : [`${inset}→ ${lineSafe(fix)}`]),
    ])
    .join("\n");
}

function totals(all: number, { ok, info, warn, fail }: Record<Status, number>): string {
  return `${all} checks: ${ok} ok, ${info} info, ${warn} warn, ${fail} fail`;
}
