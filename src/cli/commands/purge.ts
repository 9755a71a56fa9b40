import { command } from "../command.ts";
import { confirmed, confirmFlags } from "../confirm.ts";

export const purge = command({
  name: "purge",
  summary: "Take an issue and its events away for good",
  examples: ['kata purge pqr2 --force --confirm "PURGE tools#pqr2" --reason "held a password"'],
  words: ["ref"],
  flags: { ...confirmFlags, reason: { kind: "text", help: "why; it is kept" } },
  async run({ ref, reason, ...given }, context) {
    const { subject, words, name } = await confirmed(context, "PURGE", ref, given);
    const data = await (
      await context.client()
    ).call("issues.purge", {
      params: { project_id: subject.project.id, ref: subject.ref },
      headers: { "x-kata-confirm": words },
      body: { actor: context.actor(), reason: reason ?? null },
    });
    return { data, text: `${name} purged (irreversible)`, quiet: "" };
  },
});
