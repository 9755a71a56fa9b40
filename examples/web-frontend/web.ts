import { Board } from "./board.ts";
import { Kata } from "./kata.ts";
import { Provider } from "./provider.ts";
import { Sessions } from "./sessions.ts";
import type { Settings } from "./settings.ts";
import { Tokens } from "./tokens.ts";

/** What every request is answered from. */
export type Web = { settings: Settings; tokens: Tokens; sessions: Sessions; provider: Provider; board: Board };

export const CALLBACK = "/sign-in/callback";

export function webOf(settings: Settings): Web {
  const kata = new Kata(settings.kata);
  const tokens = new Tokens(kata, settings.kata.bootstrap, `web session at ${settings.url.host}`);
  return {
    settings,
    tokens,
    sessions: new Sessions(tokens, settings.session_s),
    provider: new Provider(settings.provider, new URL(CALLBACK, settings.url)),
    board: new Board(kata, settings.project),
  };
}
