import { command } from "../command.ts";

export const events = command({
  name: "events",
  summary: "Read what happened, or follow what happens",
  words: [],
  flags: {
    after: { kind: "number", value: "ID", help: "events after this one (0)" },
    limit: { kind: "number", help: "at most so many (100)" },
  },
  async run({ after = 0, limit = 100 }, context) {
    const project = await context.project();
    const data = await (
      await context.client()
    ).call("events.poll_project", { params: { project_id: project.id }, query: { after_id: after, limit } });
    return { data, text: data.events.map((event) => `${event.event_id} ${event.type}`).join("\n") };
  },
});
