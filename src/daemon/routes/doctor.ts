import type { Handlers } from "../router.ts";

export const doctorHandlers = {
  "doctor.show": async ({ hooks }) => ({ hooks: await hooks.state() }),
} satisfies Partial<Handlers>;
