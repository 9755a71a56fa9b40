import { importItems } from "../../app/imports.ts";
import type { Handlers } from "../router.ts";

export const importHandlers = {
  "imports.run": ({ app }, { params, body, actor }) => importItems(app, { ...params, ...body, actor }),
} satisfies Partial<Handlers>;
