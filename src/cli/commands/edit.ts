import type { Reply } from "../../api/route.ts";
import type { Routes } from "../../api/routes.ts";
import { LocalError } from "../../core/error.ts";
import { isBlank } from "../../core/text.ts";
import { command } from "../command.ts";
import { checkComment, commentFlag, postComment } from "../comment.ts";
import { checkLinks, linkFlags, linkItems, linksDelta } from "../link-flags.ts";
import { mutationLine } from "../mutation.ts";
import { subjectOf } from "../refs.ts";

export const edit = command({
  name: "edit",
  guesses: ["change", "modify", "set", "update"],
  guessedFlags: {
    "--label": "`kata label add REF LABEL` puts one on.",
    "--status": "`kata close REF` and `kata reopen REF` change it.",
    "--description": "That is --body.",
    "--assignee": "That is --owner.",
  },
  summary: "Change an issue's title, body, owner, priority or links",
  examples: ['kata edit abc4 --title "Login fails on Safari 17" --priority 0', "kata edit abc4 --parent xyz9 --remove-blocks def5"],
  words: ["ref"],
  flags: {
    title: { kind: "text", help: "the title" },
    body: { kind: "text", help: "the text" },
    owner: { kind: "text", value: "NAME", help: 'who works on it ("" for nobody)' },
    priority: { kind: "text", value: "N", help: "0 (most urgent) to 4, or - for none" },
    ...linkFlags,
    ...commentFlag,
  },
  async run({ ref: text, title, body, owner, priority, comment, ...links }, context) {
    const hasLinks = checkLinks(links);
    if (!hasLinks && [title, body, owner, priority].every((value) => value === undefined)) {
      throw new LocalError(
        "validation",
        "There is nothing to change.",
        "`kata help edit` lists what can be; `kata comment REF --body TEXT` only comments.",
      );
    }
    if (title !== undefined && isBlank(title))
      throw new LocalError("validation", "The title must not be blank.", "Leave --title out to keep the title.");
    const fields = { title: title ?? null, body: body ?? null, owner: owner ?? null, ...priorityOf(priority) };
    checkComment(comment);
    const { project, ref } = await subjectOf(context, text);
    const data = await (
      await context.client()
    ).call("issues.edit", {
      params: { project_id: project.id, ref },
      body: { actor: context.actor(), ...fields, ...(hasLinks && { links_delta: linksDelta(links, project) }) },
    });
    await postComment(context, data.issue, comment);
    return { data, text: lineOf(data), quiet: data.issue.short_id };
  },
});

function priorityOf(text: string | undefined) {
  if (text === undefined) return {};
  if (text === "-") return { clear_priority: true };
  if (/^[0-4]$/.test(text)) return { set_priority: Number(text) };
  const message = `--priority must be 0 to 4, or -, not ${JSON.stringify(text)}.`;
  throw new LocalError("validation", message, "0 is the most urgent; - takes the priority away.");
}

function lineOf({ issue, changed, changes }: Reply<Routes["issues.edit"]>): string {
  const items = linkItems(changes ?? {});
  const line = mutationLine(issue, items);
  return changes && items.length === 0 && !changed ? `${line} (no changes applied)` : line;
}
