import { STOP_MS } from "../../config/runtime.ts";
import { LocalError } from "../../core/error.ts";
import { checkAddresses, checkPath, checkUser, serveWords, type ServiceFlags } from "./program.ts";

/** What `ProtectHome` and `PrivateTmp` put out of sight. */
export const HIDDEN = /^\/(?:home|root|run\/user|tmp|var\/tmp)\//;
const STATE = "/var/lib/";
const TOKEN_FILE = "/etc/kata/token";
const WATCHDOG_S = 30;

/** A unit for systemd 250 or newer (systemd.exec(5)), in which the daemon may do what it needs and nothing else. */
export function systemdUnit(binary: string, flags: ServiceFlags): string {
  checkAddresses(flags.listen);
  const tokenFile = checkPath("--token-file", flags.token_file ?? TOKEN_FILE);
  const words = serveWords(binary, flags).map((word) => word.replaceAll("%", "%%"));
  return `# kata under systemd: save this as /etc/systemd/system/kata.service, put a token into ${tokenFile}, and
#   systemctl daemon-reload && systemctl enable --now kata

[Unit]
Description=kata, an issue tracker
Wants=network-online.target
After=network-online.target
# An address that it listens on may come late, such as that of a VPN: it is tried for as long as it takes.
StartLimitIntervalSec=0

[Service]
Type=notify
ExecStart=${words.join(" ")}
# From systemd 253 on, Type=notify-reload without ExecReload= lets \`systemctl reload\` wait for the new settings.
ExecReload=/bin/kill -HUP $MAINPID
WatchdogSec=${WATCHDOG_S}
Restart=on-failure
RestartSec=5
# What is wrong with its settings does not mend itself.
RestartPreventExitStatus=2
# The daemon ends within ${STOP_MS / 1_000} s: it answers what was asked, and ends its streams and hooks.
TimeoutStopSec=${STOP_MS / 1_000 + 5}
KillMode=mixed

${homeLines(flags).join("\n")}
RuntimeDirectory=kata
RuntimeDirectoryMode=0700
Environment=XDG_RUNTIME_DIR=%t/kata
UMask=0077

# Only the daemon sees the token; the file is root's, with mode 0600.
LoadCredential=token:${tokenFile}
Environment=KATA_AUTH_TOKEN_FILE=%d/token
# A listener of plain HTTP that other machines reach wants your word that their network is to be trusted:
#Environment=KATA_TRUST_PRIVATE_NETWORK=1

# Hooks run in here too: what one needs beyond this belongs into a drop-in (systemctl edit kata).
NoNewPrivileges=yes
CapabilityBoundingSet=
AmbientCapabilities=
PrivateUsers=yes
PrivateTmp=yes
PrivateDevices=yes
PrivateMounts=yes
ProtectSystem=strict
ProtectProc=invisible
ProcSubset=pid
ProtectClock=yes
ProtectHostname=yes
ProtectControlGroups=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
RemoveIPC=yes
KeyringMode=private
LimitCORE=0
# MemoryDenyWriteExecute= stays off: the JavaScript engine compiles at run time, and does not start with it.
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
SystemCallErrorNumber=EPERM
# Netlink tells which addresses an interface has.
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
# Private networks only. A public HTTPS listener, and hooks that call out, need a drop-in: IPAddressAllow=any
IPAddressDeny=any
IPAddressAllow=localhost 10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 100.64.0.0/10 169.254.0.0/16 fc00::/7 fe80::/10

[Install]
WantedBy=multi-user.target`;
}

/** Who it runs as, and where its home is: below /var/lib systemd makes it; elsewhere a user of its own must have it. */
function homeLines({ user, home = `${STATE}kata` }: ServiceFlags): string[] {
  const path = checkPath("--home", home).replace(/\/+$/, "");
  const whom = user === undefined ? ["DynamicUser=yes"] : [`User=${checkUser(user)}`];
  if (path.startsWith(STATE)) {
    const name = path.slice(STATE.length);
    return [...whom, `StateDirectory=${name}`, "StateDirectoryMode=0700", `Environment=KATA_HOME=%S/${name}`, "ProtectHome=yes"];
  }
  if (user === undefined)
    throw new LocalError("usage", `--home ${path} is outside of ${STATE}, where only a user of its own can have it`, "Add --user NAME.");
  const shown = HIDDEN.test(path) ? ["ProtectHome=tmpfs", `BindPaths=${path}`] : ["ProtectHome=yes", `ReadWritePaths=${path}`];
  return [...whom, `Environment=KATA_HOME=${path}`, ...shown];
}
