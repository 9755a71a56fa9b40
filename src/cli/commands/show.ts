import type { LinkOut } from "../../api/shapes.ts";
import { blockSafe, lineSafe } from "../../core/text.ts";
import { command } from "../command.ts";
import { subjectOf } from "../refs.ts";

export const show = command({
  name: "show",
  summary: "Show an issue with its comments, labels and links",
  examples: ["kata show abc4"],
  words: ["ref"],
  flags: {},
  async run({ ref: text }, context) {
    const { project, ref } = await subjectOf(context, text);
    const data = await (await context.client()).call("issues.show", { params: { project_id: project.id, ref } });
    const { issue, comments, labels, links } = data;
    const sections = [`${issue.short_id}  ${lineSafe(issue.title)}  [${issue.status}]  by ${lineSafe(issue.author)}`];
    if (issue.body !== "") sections.push(blockSafe(issue.body));
    if (comments.length > 0)
      sections.push(["--- comments ---", ...comments.map(({ author, body }) => `${lineSafe(author)}: ${blockSafe(body)}`)].join("\n"));
    if (labels.length > 0) sections.push(`--- labels ---\n${labels.map(({ label }) => label).join(", ")}`);
    if (links.length > 0) sections.push(["--- links ---", ...links.map((link) => linkLine(link, issue.uid))].join("\n"));
    return { data, text: sections.join("\n\n") };
  },
});

function linkLine({ type, from, to }: LinkOut, viewer: string): string {
  const outgoing = from.uid === viewer;
  const peer = outgoing ? to.short_id : from.short_id;
  if (type === "parent") return `${outgoing ? "parent" : "child"}: ${peer}`;
  return `${type === "blocks" && !outgoing ? "blocked-by" : type}: ${peer}`;
}
