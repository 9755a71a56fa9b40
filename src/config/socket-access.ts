import type { Faults } from "./faults.ts";
import { textOf } from "./toml.ts";

/** Who may connect to a Unix socket, beside its user. */
export type SocketAccess = { mode: number; group?: { id: number; name: string } };

type Said = { mode?: string | undefined; group?: string | undefined };

/** With a group and no mode, the group is let in: for what else would it be named. */
const USUAL = "0660";

/** What a `[[listener]]` says of who may connect to its socket; undefined where it says nothing, and then its user alone may. */
export function socketAccess({ mode, group }: Said, at: (name: string) => string, faults: Faults): SocketAccess | undefined {
  if (mode === undefined && group === undefined) return undefined;
  const [, octal] = /^0?(6[0246][0246])$/.exec(mode ?? USUAL) ?? [];
  if (octal === undefined)
    faults.value(
      at("mode"),
      `${JSON.stringify(mode)} is no mode of a socket`,
      'It says who may read and write: "0600" its user, "0660" the group too, "0666" everybody on this host.',
    );
  const bits = Number.parseInt(octal ?? "660", 8);
  if (group === undefined) return { mode: bits };
  if ((bits & 0o020) === 0)
    faults.clash([at("mode"), at("group")], `${at("mode")} is ${mode}, which does not let the group ${group} in`, "Take one of them away.");
  const id = groupId(group);
  if (id !== undefined) return { mode: bits, group: { id, name: group } };
  faults.value(at("group"), `there is no group ${JSON.stringify(group)} on this machine`, "Name one of /etc/group, or give a number.");
  return { mode: bits };
}

/** The number of a group, by its name or that number itself (group(5)); undefined where it is not known. */
function groupId(name: string): number | undefined {
  if (/^\d{1,9}$/.test(name)) return Number(name);
  const lines = (textOf("/etc/group") ?? "").split("\n").map((line) => line.split(":"));
  const id = lines.find(([each]) => each === name)?.[2];
  return id === undefined ? undefined : Number(id);
}
