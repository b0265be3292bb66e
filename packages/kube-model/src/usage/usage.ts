import { readAuditLine, type AuditLogProblem, type UsedRight } from "./audit-log.ts";

/** A right as it was used: one verb on one resource, in one namespace or on what is in none. */
export interface Use {
  verb: string;
  group?: string;
  /** With its subresource: `pods/log`. */
  resource?: string;
  /** Absent: on a resource that is in no namespace, or across all of them. */
  namespace?: string;
  path?: string;
  times: number;
  /** Milliseconds since 1970. */
  last: number;
  /** Names it was used on, as long as they are few. */
  names: ReadonlySet<string>;
  /** It was used without a name, or on more names than are kept. */
  unnamed: boolean;
}

/** Names of one use that are kept: as many as somebody may have written into the rule that allows it, and some. */
const NAMES = 200;
/** Groups of one user that are kept: an identity provider may send hundreds. */
const GROUPS = 200;
/** Lines of a log that cannot be read and are told. */
const PROBLEMS = 20;

type Kept = Use & { names: Set<string> };

/** What users of a cluster did, by API-server audit logs. */
export class Usage {
  /** Beginning and end of what the logs tell, in milliseconds since 1970; undefined while there is nothing. */
  from: number | undefined;
  to: number | undefined;
  readonly problems: AuditLogProblem[] = [];
  problemCount = 0;
  /** Entries that were read, and of them those that are a request that was allowed and answered. */
  entries = 0;
  counted = 0;
  /** Different uses that are kept: what memory depends on. */
  kinds = 0;
  readonly #since: number;
  readonly #users = new Map<string, { groups: Set<string>; uses: Map<string, Kept> }>();

  /** @param since milliseconds since 1970; what is older does not count */
  constructor(since: number) {
    this.#since = since;
  }

  /** Adds an entry, or several in one line; one that cannot be read is a problem, and the rest is still read. */
  addLine(line: string, number: number): void {
    let read: ReturnType<typeof readAuditLine>;
    try {
      read = readAuditLine(line);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      // The parser's own words quote the log.
      return this.addProblem(number, "is no JSON");
    }
    this.entries += read.entries;
    this.counted += read.counted;
    if (read.foreign > 0) this.addProblem(number, "is no entry of an audit log (audit.k8s.io)");
    for (const right of read.rights) this.#add(right);
  }

  addProblem(line: number, message: string): void {
    this.problemCount++;
    if (this.problems.length < PROBLEMS) this.problems.push({ line, message });
  }

  /** Adds what another reading of logs has kept of a user. */
  addKept(user: string, groups: readonly string[], uses: Iterable<Use>): void {
    const known = this.#user(user, groups);
    for (const use of uses) {
      if (use.last < this.#since) continue;
      const key = keyOf(use);
      const kept = known.uses.get(key);
      if (kept === undefined) {
        this.kinds++;
        known.uses.set(key, { ...use, names: new Set(use.names) });
        continue;
      }
      kept.times += use.times;
      kept.last = Math.max(kept.last, use.last);
      kept.unnamed ||= use.unnamed;
      for (const name of use.names) addName(kept, name);
    }
  }

  /** Everybody of whom the logs tell. */
  users(): string[] {
    return [...this.#users.keys()].toSorted();
  }

  /** Groups that a user was in when the server authenticated them. */
  groupsOf(user: string): string[] {
    return [...(this.#users.get(user)?.groups ?? [])].toSorted();
  }

  /** What a user did, most often first. */
  of(user: string): Use[] {
    return [...(this.#users.get(user)?.uses.values() ?? [])].toSorted((left, right) => right.times - left.times);
  }

  #user(name: string, groups: readonly string[]) {
    const known = this.#users.get(name) ?? { groups: new Set<string>(), uses: new Map<string, Kept>() };
    this.#users.set(name, known);
    for (const group of groups) if (known.groups.size < GROUPS) known.groups.add(group);
    return known;
  }

  #add(right: UsedRight): void {
    this.from = Math.min(this.from ?? right.at, right.at);
    this.to = Math.max(this.to ?? right.at, right.at);
    if (right.at < this.#since) return;
    const { verb, resource, path, at } = right;
    const { uses } = this.#user(right.user, right.groups);
    const what = {
      verb,
      ...(resource === undefined ? {} : { group: resource.group, resource: resource.resource }),
      ...(resource?.namespace === undefined ? {} : { namespace: resource.namespace }),
      ...(path === undefined ? {} : { path }),
    };
    const key = keyOf(what);
    const known = uses.get(key);
    const use = known ?? { ...what, times: 0, last: at, names: new Set<string>(), unnamed: false };
    // A watch counts when it begins, and where logs leave that out when it ends.
    if (right.ends !== true || known === undefined) use.times++;
    use.last = Math.max(use.last, at);
    if (resource?.name === undefined || isNameless(verb, resource.resource)) use.unnamed = true;
    else addName(use, resource.name);
    if (known !== undefined) return;
    this.kinds++;
    uses.set(key, use);
  }
}

const keyOf = ({ verb, group, resource, namespace, path }: Pick<Use, "verb" | "group" | "resource" | "namespace" | "path">): string =>
  JSON.stringify([verb, group, resource, namespace, path]);

/** Whether an authorizer is asked without a name: what is made has none yet in its request, though the log knows it afterwards. */
const isNameless = (verb: string, resource: string): boolean =>
  verb === "deletecollection" || (verb === "create" && !resource.includes("/"));

function addName(use: Kept, name: string): void {
  if (use.names.size < NAMES) use.names.add(name);
  else if (!use.names.has(name)) use.unnamed = true;
}
