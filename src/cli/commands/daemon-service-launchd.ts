import { command } from "../command.ts";
import { launchdPlist } from "../service/launchd.ts";
import { programFor, serviceFlags } from "../service/program.ts";

/** The home of a daemon of the machine: that of whoever asks is not its user's. */
const SHARED_HOME = "/usr/local/var/kata";

export const daemonServiceLaunchd = command({
  name: "daemon service launchd",
  summary: "Print a property list for the daemon under launchd",
  examples: ["kata daemon service launchd", "kata daemon service launchd --listen 100.64.0.5:7777 --user _kata"],
  words: [],
  flags: serviceFlags,
  async run(flags, { home }) {
    const { path, notices } = programFor(flags);
    const plist = launchdPlist(path, flags.home ?? (flags.user === undefined ? home.path : SHARED_HOME), flags);
    return { data: { plist }, text: plist, notices };
  },
});
