import { provideServer } from "./cli/serve.ts";
import { provideIntegrity } from "./cli/integrity.ts";
import { provideOffline } from "./cli/offline.ts";
import { run } from "./cli/run.ts";

if (!Bun.isMainThread) {
  await import("./store/worker-thread.ts");
} else {
  provideServer(async (...given) => (await import("./daemon/main.ts")).serveHere(...given));
  provideOffline(() => import("./offline/main.ts"));
  provideIntegrity(async (path) => (await import("./store/integrity.ts")).integrityFaults(path));
  process.exitCode = await run(Bun.argv.slice(2));
}
