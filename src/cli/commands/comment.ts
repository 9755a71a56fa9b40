import { LocalError } from "../../core/error.ts";
import { isBlank } from "../../core/text.ts";
import { bodyFlags, readBody } from "../body.ts";
import { command } from "../command.ts";
import { subjectOf } from "../refs.ts";

export const comment = command({
  name: "comment",
  guesses: ["note", "reply"],
  summary: "Comment on an issue",
  examples: ['kata comment abc4 --body "It fails on Firefox too."', "kata comment abc4 --body-file findings.md"],
  words: ["ref"],
  flags: bodyFlags,
  async run({ ref: text, ...bodies }, context) {
    const body = await readBody(bodies);
    if (body === undefined || isBlank(body))
      throw new LocalError("validation", "A comment must not be blank.", "Give its text with --body, --body-file or --body-stdin.");
    const { project, ref } = await subjectOf(context, text);
    const params = { project_id: project.id, ref };
    const data = await (await context.client()).call("comments.add", { params, body: { actor: context.actor(), body } });
    return { data, text: "comment appended", quiet: "" };
  },
});
