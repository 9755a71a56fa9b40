import { closeFlags, evidenceOf, reasonOf, withRefs } from "../close-flags.ts";
import { command } from "../command.ts";
import { checkComment, commentFlag, postComment } from "../comment.ts";
import { mutationLine } from "../mutation.ts";
import { subjectOf } from "../refs.ts";

export const close = command({
  name: "close",
  guesses: ["complete", "done", "finish", "resolve"],
  summary: "Close an issue, with what proves it",
  examples: [
    'kata close abc4 --done --commit 0a1b2c3 --message "The parser keeps trailing commas; the new test shows it"',
    'kata close abc4 --duplicate-of xyz9 --message "The same crash, tracked over there"',
  ],
  words: ["ref"],
  flags: {
    ...closeFlags,
    message: { kind: "text", help: "what was done, or why nothing will be" },
    dry_run: { kind: "switch", help: "check, and change nothing" },
    ...commentFlag,
  },
  async run({ ref: text, message, dry_run, comment, ...given }, context) {
    const reason = reasonOf(given);
    const evidence = evidenceOf(given);
    checkComment(comment);
    const { project, ref } = await subjectOf(context, text);
    const body = { actor: context.actor(), reason, message: message ?? null, evidence: withRefs(evidence, project), dry_run };
    const data = await (await context.client()).call("issues.close", { params: { project_id: project.id, ref }, body });
    const { issue } = data;
    if (!dry_run) await postComment(context, issue, comment);
    const would = issue.status === "closed" ? "is closed already" : `would be closed as ${reason}`;
    const silent = !dry_run || context.global.json || context.global.quiet;
    return {
      data,
      text: mutationLine(issue),
      quiet: issue.short_id,
      notices: silent ? [] : [`close: ${issue.short_id} ${would}; nothing was changed (--dry-run)`],
    };
  },
});
