import type { Command } from "./command.ts";
import { assign } from "./commands/assign.ts";
import { authExplain } from "./commands/auth-explain.ts";
import { auditCloses } from "./commands/audit-closes.ts";
import { backup } from "./commands/backup.ts";
import { close } from "./commands/close.ts";
import { comment } from "./commands/comment.ts";
import { completion } from "./commands/completion.ts";
import { create } from "./commands/create.ts";
import { daemonLocate } from "./commands/daemon-locate.ts";
import { daemonLogs } from "./commands/daemon-logs.ts";
import { daemonReload } from "./commands/daemon-reload.ts";
import { daemonRestart } from "./commands/daemon-restart.ts";
import { daemonServiceContainer } from "./commands/daemon-service-container.ts";
import { daemonServiceLaunchd } from "./commands/daemon-service-launchd.ts";
import { daemonServiceSystemd } from "./commands/daemon-service-systemd.ts";
import { daemonStatus } from "./commands/daemon-status.ts";
import { health } from "./commands/health.ts";
import { whoami } from "./commands/whoami.ts";
import { quickstart } from "./commands/quickstart.ts";
import { daemonStart } from "./commands/daemon-start.ts";
import { daemonStop } from "./commands/daemon-stop.ts";
import { deleteCommand } from "./commands/delete.ts";
import { digest } from "./commands/digest.ts";
import { doctor } from "./commands/doctor.ts";
import { edit } from "./commands/edit.ts";
import { events } from "./commands/events.ts";
import { exportCommand } from "./commands/export.ts";
import { importCommand } from "./commands/import.ts";
import { init } from "./commands/init.ts";
import { labelAdd } from "./commands/label-add.ts";
import { labelRm } from "./commands/label-rm.ts";
import { labels } from "./commands/labels.ts";
import { list } from "./commands/list.ts";
import { projectsDetach } from "./commands/projects-detach.ts";
import { projectsList } from "./commands/projects-list.ts";
import { projectsMerge } from "./commands/projects-merge.ts";
import { projectsRemove } from "./commands/projects-remove.ts";
import { projectsRename } from "./commands/projects-rename.ts";
import { projectsShow } from "./commands/projects-show.ts";
import { purge } from "./commands/purge.ts";
import { ready } from "./commands/ready.ts";
import { reopen } from "./commands/reopen.ts";
import { restore } from "./commands/restore.ts";
import { search } from "./commands/search.ts";
import { show } from "./commands/show.ts";
import { tokensCreate } from "./commands/tokens-create.ts";
import { tokensList } from "./commands/tokens-list.ts";
import { tokensRevoke } from "./commands/tokens-revoke.ts";
import { tokensRotate } from "./commands/tokens-rotate.ts";
import { unassign } from "./commands/unassign.ts";
import { version } from "./commands/version.ts";

/** Every command, in the order in which help lists them. */
export const commands: readonly Command[] = [
  init,
  create,
  list,
  ready,
  search,
  show,
  edit,
  comment,
  close,
  reopen,
  labelAdd,
  labelRm,
  labels,
  assign,
  unassign,
  deleteCommand,
  restore,
  purge,
  events,
  digest,
  auditCloses,
  projectsList,
  projectsShow,
  projectsRename,
  projectsMerge,
  projectsRemove,
  projectsDetach,
  tokensCreate,
  tokensList,
  tokensRevoke,
  tokensRotate,
  exportCommand,
  importCommand,
  backup,
  daemonStart,
  daemonStop,
  daemonRestart,
  daemonStatus,
  daemonReload,
  daemonLogs,
  daemonLocate,
  authExplain,
  doctor,
  daemonServiceSystemd,
  daemonServiceLaunchd,
  daemonServiceContainer,
  health,
  whoami,
  quickstart,
  completion,
  version,
];
