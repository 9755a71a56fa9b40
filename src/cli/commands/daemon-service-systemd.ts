import { command } from "../command.ts";
import { programFor, serviceFlags } from "../service/program.ts";
import { HIDDEN, systemdUnit } from "../service/systemd.ts";

export const daemonServiceSystemd = command({
  name: "daemon service systemd",
  summary: "Print a systemd unit for the daemon",
  examples: ["kata daemon service systemd", "kata daemon service systemd --listen 100.64.0.5:7777 --user kata"],
  words: [],
  flags: serviceFlags,
  async run(flags) {
    const { path, notices } = programFor(flags, (place) => HIDDEN.test(place));
    const unit = systemdUnit(path, flags);
    return { data: { unit }, text: unit, notices };
  },
});
