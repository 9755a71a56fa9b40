/** Every route's method and path, as plain strings, so that the CLI can call the daemon without loading a schema. */
export const paths = {
  "liveness.ping": "GET /api/v1/ping",
  "liveness.health": "GET /api/v1/health",
  "instance.show": "GET /api/v1/instance",
  "openapi.show": "GET /openapi.json",

  "projects.resolve": "POST /api/v1/projects/resolve",
  "projects.init": "POST /api/v1/projects",
  "projects.list": "GET /api/v1/projects",
  "projects.show": "GET /api/v1/projects/:project_id",
  "projects.metadata": "POST /api/v1/projects/:project_id/metadata",

  "issues.list": "GET /api/v1/projects/:project_id/issues",
  "issues.list_all": "GET /api/v1/issues",
  "issues.create": "POST /api/v1/projects/:project_id/issues",
  "issues.show": "GET /api/v1/projects/:project_id/issues/:ref",
  "issues.find": "GET /api/v1/issues/:uid",
  "issues.edit": "PATCH /api/v1/projects/:project_id/issues/:ref",
  "issues.ready": "GET /api/v1/projects/:project_id/ready",
  "issues.search": "GET /api/v1/projects/:project_id/search",
  "issues.close": "POST /api/v1/projects/:project_id/issues/:ref/actions/close",
  "issues.reopen": "POST /api/v1/projects/:project_id/issues/:ref/actions/reopen",
  "issues.delete": "POST /api/v1/projects/:project_id/issues/:ref/actions/delete",
  "issues.restore": "POST /api/v1/projects/:project_id/issues/:ref/actions/restore",
  "issues.purge": "POST /api/v1/projects/:project_id/issues/:ref/actions/purge",
  "issues.move": "POST /api/v1/projects/:project_id/issues/:ref/actions/move",
  "issues.metadata": "POST /api/v1/projects/:project_id/issues/:ref/metadata",
  "issues.assign": "POST /api/v1/projects/:project_id/issues/:ref/actions/assign",
  "issues.unassign": "POST /api/v1/projects/:project_id/issues/:ref/actions/unassign",
  "issues.prioritize": "POST /api/v1/projects/:project_id/issues/:ref/actions/priority",

  "comments.add": "POST /api/v1/projects/:project_id/issues/:ref/comments",
  "labels.add": "POST /api/v1/projects/:project_id/issues/:ref/labels",
  "labels.remove": "DELETE /api/v1/projects/:project_id/issues/:ref/labels/:label",
  "labels.count": "GET /api/v1/projects/:project_id/labels",
  "links.add": "POST /api/v1/projects/:project_id/issues/:ref/links",
  "links.remove": "DELETE /api/v1/projects/:project_id/issues/:ref/links/:link_id",
  "recurrences.create": "POST /api/v1/projects/:project_id/recurrences",
  "recurrences.list": "GET /api/v1/projects/:project_id/recurrences",
  "recurrences.show": "GET /api/v1/projects/:project_id/recurrences/:uid",
  "recurrences.edit": "PATCH /api/v1/projects/:project_id/recurrences/:uid",
  "recurrences.delete": "DELETE /api/v1/projects/:project_id/recurrences/:uid",

  "imports.run": "POST /api/v1/projects/:project_id/imports",

  "events.poll": "GET /api/v1/events",
  "events.poll_project": "GET /api/v1/projects/:project_id/events",
  "events.stream": "GET /api/v1/events/stream",
} as const;

export type RouteId = keyof typeof paths;
