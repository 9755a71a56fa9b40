import { log } from "./log.ts";
import { serve } from "./server.ts";
import { readSettings, type Settings } from "./settings.ts";
import { webOf } from "./web.ts";

function settings(): Settings {
  try {
    return readSettings(Bun.env);
  } catch (error) {
    for (const line of error instanceof Error ? error.message.split("\n") : [String(error)]) log(line);
    process.exit(2);
  }
}

const web = webOf(settings());
const server = serve(web);
log(`${web.settings.url.origin} is served at ${server.hostname}:${server.port}`);
web.tokens
  .revokeLeftovers()
  .catch((error: unknown) => log(`kata is not there yet: ${error instanceof Error ? error.message : String(error)}`));

/** Ends every session with its token, and then the process. */
async function stop(): Promise<never> {
  const closed = server.stop();
  await web.sessions.close();
  await web.tokens.payOff();
  await Promise.race([closed, Bun.sleep(1_000)]);
  process.exit(0);
}
for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => void stop());
