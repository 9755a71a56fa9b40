import { afterAll, expect } from "bun:test";
import { join } from "node:path";
import { asRoot } from "../namespace.ts";
import { workspace } from "../workspace.ts";
import { Networks } from "./networks.ts";

const networks = new Networks();
afterAll(() => networks.end());

const test = asRoot(["ip"]);

test("try", async () => {
  let t = performance.now();
  const lap = (n: string) => { console.log(n, performance.now() - t); t = performance.now(); };
  await using host = await workspace({ project: false, through: await networks.on("daemon") });
  lap("net");
  const env = { KATA_AUTH_TOKEN: "change-me", KATA_TRUST_PRIVATE_NETWORK: "1" };
  console.log(await host.run(["daemon", "start", "--listen", "100.64.0.5:7777"], { env }));
  lap("start");
  await using client = await workspace({ project: false, through: await networks.on("client"), env: { KATA_SERVER: "http://100.64.0.5:7777", KATA_AUTH_TOKEN: "change-me" } });
  console.log(await client`init --project demo`);
  lap("init");
  console.log(await client`create "Over the tailnet"`);
  console.log(await client`list`);
  lap("create list");
});
