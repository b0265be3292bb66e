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

/** Names of one use that are kept. */
const NAMES = 20;
/** Lines of a log that cannot be read and are told. */
const PROBLEMS = 20;

/** What one user of a cluster did, by API-server audit logs. */
export class Usage {
  /** Beginning and end of what the logs tell, in milliseconds since 1970; undefined while there is nothing. */
  from: number | undefined;
  to: number | undefined;
  readonly problems: AuditLogProblem[] = [];
  problemCount = 0;
  readonly #since: number;
  readonly #users = new Map<string, Map<string, Use & { names: Set<string> }>>();

  /** @param since milliseconds since 1970; what is older does not count */
  constructor(since: number) {
    this.#since = since;
  }

  /** Adds a line; one that cannot be read is a problem, and the rest is still read. */
  addLine(line: string, number: number): void {
    let rights: UsedRight[];
    try {
      rights = readAuditLine(line);
    } catch (error) {
      this.problemCount++;
      if (this.problems.length < PROBLEMS)
        this.problems.push({ line: number, message: error instanceof Error ? error.message : String(error) });
      return;
    }
    for (const right of rights) this.#add(right);
  }

  /** Everybody of whom the logs tell. */
  users(): string[] {
    return [...this.#users.keys()].toSorted();
  }

  /** What a user did, most often first. */
  of(user: string): Use[] {
    return [...(this.#users.get(user)?.values() ?? [])].toSorted((left, right) => right.times - left.times);
  }

  #add(right: UsedRight): void {
    this.from = Math.min(this.from ?? right.at, right.at);
    this.to = Math.max(this.to ?? right.at, right.at);
    if (right.at < this.#since) return;
    const { verb, resource, path, at } = right;
    const key = JSON.stringify([verb, resource?.group, resource?.resource, resource?.namespace, path]);
    const uses = this.#users.get(right.user) ?? new Map<string, Use & { names: Set<string> }>();
    this.#users.set(right.user, uses);
    const known = uses.get(key);
    const use = known ?? {
      verb,
      ...(resource === undefined ? {} : { group: resource.group, resource: resource.resource }),
      ...(resource?.namespace === undefined ? {} : { namespace: resource.namespace }),
      ...(path === undefined ? {} : { path }),
      times: 0,
      last: at,
      names: new Set<string>(),
      unnamed: false,
    };
    use.times++;
    use.last = Math.max(use.last, at);
    if (resource?.name === undefined) use.unnamed = true;
    else if (use.names.size < NAMES) use.names.add(resource.name);
    else if (!use.names.has(resource.name)) use.unnamed = true;
    if (known === undefined) uses.set(key, use);
  }
}
