import type { Code } from "../../src/core/error.ts";
import type { LinkType } from "../../src/core/event.ts";
import { PEER_ROLES, type PeerRole } from "../../src/core/link.ts";
import type { Command, Deed, Delta } from "./commands.ts";

type Issue = {
  uid: string;
  project: string;
  title: string;
  body: string;
  status: "open" | "closed";
  closed_reason: string | undefined;
  owner: string | undefined;
  priority: number | undefined;
  labels: Set<string>;
  comments: string[];
  metadata: Record<string, unknown>;
  revision: number;
  deleted: boolean;
  /** When it was last changed, and made: ticks of the model's clock. */
  updated: number;
};
type Link = { from: string; to: string; type: LinkType };
type OnIssue = Extract<Command, { issue: number }>;

/** A refusal, thrown before anything is altered. */
class Refused extends Error {
  readonly code: Code;
  constructor(code: Code) {
    super(code);
    this.code = code;
  }
}

const refuse = (code: Code): never => {
  throw new Refused(code);
};

/** The domain in memory, as simply as it can be said: what a tracker must show after each command, or why it refuses. */
export class Model {
  /** The uids of active projects. */
  projects: string[];
  /** By uid, in the order in which they were made; purged ones are gone. */
  issues = new Map<string, Issue>();
  /** In the order in which they were made. */
  links: Link[] = [];
  /** The uid of every issue that there ever was. */
  ever: string[] = [];
  #tick = 0;

  constructor(projects: readonly string[]) {
    this.projects = [...projects];
  }

  project(nth: number): string {
    return this.projects[nth % this.projects.length] ?? "";
  }

  /** The uid of an issue, of this project if one is named. The last place is for what there was first: it may be purged, or elsewhere. */
  uid(nth: number, project?: string): string {
    const there = [...this.issues.values()].filter((issue) => project === undefined || issue.project === project).map(({ uid }) => uid);
    return there[nth % (there.length + 1)] ?? this.ever[0] ?? "01ARZ3NDEKTSV4RRFFQ69G5FAV";
  }

  /** The project that a command looks for its issue in. */
  lookedForIn({ issue, astray }: OnIssue): string {
    const own = this.issues.get(this.uid(issue))?.project ?? this.project(0);
    return astray ? this.project(this.projects.indexOf(own) + 1) : own;
  }

  /** Does a command; `made` is the uid of the issue that it makes. Gives the refusal instead, and then nothing is altered. */
  do(command: Command, made: string): Code | undefined {
    const before = { projects: [...this.projects], issues: structuredClone(this.issues), links: [...this.links] };
    this.#tick += 1;
    try {
      if (command.verb === "create") this.#create(command, made);
      else if (command.verb === "merge") this.#merge(this.project(command.source), this.project(command.target));
      else this.#deed(command, this.uid(command.issue), this.lookedForIn(command));
      return undefined;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      Object.assign(this, before);
      return error.code;
    }
  }

  #create(command: Extract<Command, { verb: "create" }>, uid: string): void {
    const project = this.project(command.project);
    const links = command.links.map(({ type, to, incoming }) => {
      const peer = this.#live(this.uid(to, project), project).uid;
      return type === "blocks" && incoming ? { from: peer, to: uid, type } : { from: uid, to: peer, type };
    });
    if (new Set(links.filter(({ type }) => type === "parent").map(({ to }) => to)).size > 1) refuse("parent_already_set");
    const { title, body, owner, priority, labels } = command;
    const blank = { status: "open", closed_reason: undefined, comments: [], metadata: {}, revision: 1, deleted: false } as const;
    const issue = { ...blank, comments: [], uid, project, title, body, owner, priority, labels: new Set(labels), updated: this.#tick };
    this.issues.set(uid, issue);
    this.ever.push(uid);
    for (const link of links) this.#add(link);
  }

  #merge(source: string, target: string): void {
    if (source === target) refuse("validation");
    for (const issue of this.issues.values()) if (issue.project === source) issue.project = target;
    this.projects = this.projects.filter((each) => each !== source);
  }

  #deed(deed: Deed, uid: string, project: string): void {
    const isFound = ["delete", "restore", "purge"].includes(deed.verb);
    const issue = isFound ? this.#there(uid, project) : this.#live(uid, project);
    const isChanged = this.#does(issue, deed);
    if (isChanged) issue.updated = this.#tick;
  }

  /** Alters an issue; whether it did. */
  #does(issue: Issue, deed: Deed): boolean {
    switch (deed.verb) {
      case "edit":
        return this.#edit(issue, deed);
      case "link":
        return this.#link(issue, deed);
      case "unlink": {
        const own = this.linksOf(issue.uid);
        const link = own[deed.nth % own.length];
        this.links = this.links.filter((each) => each !== link);
        return link !== undefined;
      }
      case "label":
        return !issue.labels.has(deed.label) && issue.labels.add(deed.label).size > 0;
      case "unlabel":
        return issue.labels.delete(deed.label);
      case "assign":
        return set(issue, { owner: deed.owner });
      case "unassign":
        return set(issue, { owner: undefined });
      case "prioritize":
        return set(issue, { priority: deed.priority });
      case "comment":
        return issue.comments.push(deed.body) > 0;
      case "close":
        return this.#close(issue, deed);
      case "reopen":
        return set(issue, { status: "open", closed_reason: undefined });
      case "delete":
        if (!deed.sure) refuse("confirm_mismatch");
        return set(issue, { deleted: true });
      case "restore":
        return set(issue, { deleted: false });
      case "purge":
        if (!deed.sure) refuse("confirm_mismatch");
        this.issues.delete(issue.uid);
        this.links = this.links.filter(({ from, to }) => from !== issue.uid && to !== issue.uid);
        return true;
      case "move":
        if (this.project(deed.project) === issue.project) refuse("same_project");
        if (deed.stale) refuse("revision_conflict");
        if (this.linksOf(issue.uid).length > 0) refuse("cross_project_links");
        return set(issue, { project: this.project(deed.project), revision: issue.revision + 1 });
      case "metadata":
        return this.#patch(issue, deed);
    }
  }
  #edit(issue: Issue, { fields, delta }: Extract<Deed, { verb: "edit" }>): boolean {
    const { title, body, owner, set_priority, clear_priority } = fields;
    if (Object.keys(fields).length === 0 && Object.keys(delta ?? {}).length === 0) refuse("validation");
    const isSet = set(issue, {
      ...(title !== undefined && { title }),
      ...(body !== undefined && { body }),
      ...(owner !== undefined && { owner: owner || undefined }),
    });
    const isRanked = set(issue, {
      ...(set_priority !== undefined && { priority: set_priority }),
      ...(clear_priority && { priority: undefined }),
    });
    return (delta ? this.#relink(issue, delta) : false) || isSet || isRanked;
  }

  #relink(issue: Issue, delta: Delta): boolean {
    const at = (nth: number) => this.uid(nth, issue.project);
    const uids = (nths: readonly number[] = []) => nths.map(at);
    const { set_parent, remove_parent } = delta;
    if (set_parent !== undefined && remove_parent !== undefined) refuse("validation");
    for (const role of PEER_ROLES) {
      const removed = uids(delta[`remove_${role}`]);
      if (uids(delta[`add_${role}`]).some((uid) => removed.includes(uid))) refuse("validation");
    }
    const parent = set_parent === undefined ? undefined : this.#peer(issue, at(set_parent));
    const added = PEER_ROLES.flatMap((role) => uids(delta[`add_${role}`]).map((uid) => linkAs(role, issue.uid, this.#peer(issue, uid))));
    const removed = PEER_ROLES.flatMap((role) => uids(delta[`remove_${role}`]).map((uid) => linkAs(role, issue.uid, uid)));
    let isChanged = false;
    const present = this.parentOf(issue.uid);
    if (parent !== undefined && parent !== present) {
      this.#checkAbove(issue.uid, parent);
      this.#remove({ from: issue.uid, to: present ?? "", type: "parent" });
      isChanged = this.#add({ from: issue.uid, to: parent, type: "parent" });
    }
    if (remove_parent !== undefined) {
      if (present === undefined || present !== at(remove_parent)) refuse("parent_mismatch");
      isChanged = this.#remove({ from: issue.uid, to: at(remove_parent), type: "parent" });
    }
    for (const link of added) isChanged = this.#add(link) || isChanged;
    for (const link of removed) isChanged = this.#remove(link) || isChanged;
    return isChanged;
  }

  #link(issue: Issue, { type, to, replace }: Extract<Deed, { verb: "link" }>): boolean {
    const link = { from: issue.uid, to: this.#peer(issue, this.uid(to, issue.project)), type };
    if (this.#find(link)) return false;
    if (type === "parent") {
      const present = this.parentOf(issue.uid);
      if (present !== undefined && !replace) refuse("parent_already_set");
      this.#checkAbove(issue.uid, link.to);
      this.#remove({ from: issue.uid, to: present ?? "", type });
    }
    return this.#add(link);
  }

  #close(issue: Issue, { reason, says, to, dry_run }: Extract<Deed, { verb: "close" }>): boolean {
    if (issue.status === "closed") return false;
    if (!says) refuse("validation");
    if (reason === "duplicate") {
      const other = this.issues.get(this.uid(to, issue.project));
      if (!other || other.deleted || other.project !== issue.project || other === issue) refuse("validation");
    }
    if (this.childrenOf(issue.uid).some(({ status }) => status === "open")) refuse("parent_has_open_children");
    return !dry_run && set(issue, { status: "closed", closed_reason: reason });
  }

  #patch(issue: Issue, { key, value, stale }: Extract<Deed, { verb: "metadata" }>): boolean {
    if (stale) refuse("revision_conflict");
    if ((issue.metadata[key] ?? null) === value) return false;
    if (value === null) delete issue.metadata[key];
    else issue.metadata[key] = value;
    return set(issue, { revision: issue.revision + 1 });
  }

  #there(uid: string, project: string): Issue {
    const issue = this.issues.get(uid);
    return issue?.project === project ? issue : refuse("issue_not_found");
  }

  #live(uid: string, project: string): Issue {
    const issue = this.#there(uid, project);
    return issue.deleted ? refuse("issue_not_found") : issue;
  }

  #peer(issue: Issue, uid: string): string {
    if (this.#live(uid, issue.project) === issue) refuse("validation");
    return uid;
  }

  #checkAbove(uid: string, parent: string): void {
    for (let above: string | undefined = parent; above !== undefined; above = this.parentOf(above)) if (above === uid) refuse("validation");
  }

  #find({ from, to, type }: Link): Link | undefined {
    const isSame = (link: Link) => link.from === from && link.to === to;
    return this.links.find((link) => link.type === type && (isSame(link) || (type === "related" && link.from === to && link.to === from)));
  }

  #add(link: Link): boolean {
    return this.#find(link) === undefined && this.links.push(link) > 0;
  }

  #remove(wanted: Link): boolean {
    const found = this.#find(wanted);
    this.links = this.links.filter((link) => link !== found);
    return found !== undefined;
  }

  parentOf(uid: string): string | undefined {
    return this.links.find(({ from, type }) => type === "parent" && from === uid)?.to;
  }

  /** Every link at either end of an issue, oldest first. */
  linksOf(uid: string): Link[] {
    return this.links.filter(({ from, to }) => from === uid || to === uid);
  }

  /** Those that are not deleted. */
  childrenOf(uid: string): Issue[] {
    const children = new Set(this.links.filter(({ to, type }) => type === "parent" && to === uid).map(({ from }) => from));
    return this.#latest((issue) => children.has(issue.uid) && !issue.deleted);
  }

  /** Issues for which `isWanted` holds, the latest changed first. */
  #latest(isWanted: (issue: Issue) => boolean): Issue[] {
    return [...this.issues.values()]
      .filter(isWanted)
      .reverse()
      .sort((a, b) => b.updated - a.updated);
  }

  /** A project's issues that are not deleted, the latest changed first. */
  listed(project: string): Issue[] {
    return this.#latest((issue) => issue.project === project && !issue.deleted);
  }

  isReady({ uid, status }: Issue): boolean {
    const blockers = this.peersOf(uid, "blocked_by").map((peer) => this.issues.get(peer));
    return status === "open" && !blockers.some((blocker) => blocker?.status === "open");
  }

  /** The peers in a role that are not deleted, oldest first. */
  peersOf(uid: string, role: PeerRole): string[] {
    const isPeer = (peer: string) => this.#find(linkAs(role, uid, peer)) !== undefined;
    return [...this.issues.values()].filter((issue) => !issue.deleted && issue.uid !== uid && isPeer(issue.uid)).map((issue) => issue.uid);
  }
}

function linkAs(role: PeerRole, uid: string, peer: string): Link {
  return role === "blocked_by" ? { from: peer, to: uid, type: "blocks" } : { from: uid, to: peer, type: role };
}

/** Sets members of an issue; whether any of them was another. */
function set(issue: Issue, members: Partial<Issue>): boolean {
  const isChanged = Object.entries(members).some(([name, value]) => issue[name as keyof Issue] !== value);
  Object.assign(issue, members);
  return isChanged;
}
