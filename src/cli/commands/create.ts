import { LocalError } from "../../core/error.ts";
import { isBlank } from "../../core/text.ts";
import { bodyFlags, readBody } from "../body.ts";
import { type Bound, command } from "../command.ts";
import { lostCreate } from "../lost-create.ts";
import { checkParents } from "../link-flags.ts";
import { mutationLine } from "../mutation.ts";
import { checkPriority } from "../priority.ts";
import { checkPeer } from "../refs.ts";

export const create = command({
  name: "create",
  guesses: ["add", "new"],
  guessedFlags: {
    "--title": "The title is a word of its own: kata create TITLE [flags].",
    "--description": "That is --body.",
    "--assignee": "That is --owner.",
  },
  summary: "Create an issue",
  examples: [
    'kata create "Login fails on Safari" --label bug --priority 1',
    'kata create "Write the release notes" --body-file notes.md --idempotency-key notes-1',
  ],
  words: ["title"],
  flags: {
    ...bodyFlags,
    label: { kind: "list", help: "labels" },
    owner: { kind: "text", value: "NAME", help: "who works on it" },
    priority: { kind: "number", help: "0 (most urgent) to 4" },
    parent: { kind: "list", value: "REF", help: "the issue that this one is a part of" },
    blocks: { kind: "list", value: "REF", help: "issues that wait for this one" },
    blocked_by: { kind: "list", value: "REF", help: "issues that this one waits for" },
    related: { kind: "list", value: "REF", help: "issues that have to do with this one" },
    idempotency_key: { kind: "text", value: "KEY", help: "create once, however often this is sent" },
    force_new: { kind: "switch", help: "create although an issue like it is there" },
  },
  async run({ title, label, owner, priority, parent, blocks, blocked_by, related, idempotency_key, force_new, ...bodies }, context) {
    if (isBlank(title))
      throw new LocalError(
        "validation",
        "The title must not be blank.",
        'Say in a few words what there is to do: kata create "Fix the login"',
      );
    const text = await readBody(bodies);
    checkPriority("--priority", priority);
    checkParents("--parent", parent);
    const given = { parent: parent?.slice(0, 1) ?? [], blocks, blocked_by, related };
    const project = await context.project();
    const client = await context.client();
    // A reply may be lost on the network; with a key the same create can be sent again.
    const key = idempotency_key || (client.place.unix === undefined ? crypto.randomUUID() : undefined);
    const body = {
      actor: context.actor(),
      title,
      body: text ?? null,
      owner: owner ?? null,
      priority: priority ?? null,
      labels: label ?? [],
      links: linksOf(given, project),
      force_new,
    };
    const headers = key ? { "idempotency-key": checkKey(key) } : {};
    const data = await client.call("issues.create", { params: { project_id: project.id }, headers, body }).catch((error: unknown) => {
      if (!(error instanceof LocalError) || error.code !== "outcome_unknown") throw error;
      throw lostCreate(error, { argv: context.argv, key, givenKey: Boolean(idempotency_key), fromStdin: bodies.body_stdin });
    });
    const named = Object.entries(given).flatMap(([role, refs]) =>
      (refs ?? []).map((ref) => `+${role} ${ref.slice(ref.lastIndexOf("#") + 1)}`),
    );
    return { data, text: mutationLine(data.issue, named), quiet: data.issue.short_id };
  },
});

/** A key that can be a header. */
function checkKey(key: string): string {
  if (!/\p{Cc}/u.test(key)) return key;
  throw new LocalError(
    "validation",
    "--idempotency-key must be one line without control characters.",
    "Take words and dashes, as in notes-1.",
  );
}

type Given = {
  parent: readonly string[];
  blocks?: string[] | undefined;
  blocked_by?: string[] | undefined;
  related?: string[] | undefined;
};

function linksOf({ parent, blocks = [], blocked_by = [], related = [] }: Given, project: Bound) {
  return [
    ...parent.map((ref) => ({ type: "parent" as const, to_ref: checkPeer(ref, project) })),
    ...blocks.map((ref) => ({ type: "blocks" as const, to_ref: checkPeer(ref, project) })),
    ...blocked_by.map((ref) => ({ type: "blocks" as const, to_ref: checkPeer(ref, project), incoming: true })),
    ...related.map((ref) => ({ type: "related" as const, to_ref: checkPeer(ref, project) })),
  ];
}
