import { TargetError } from "@interlock/connector";
import {
  leastPrivilege,
  parseSubject,
  Rights,
  subjectText,
  Usage,
  userOf,
  type KubeObject,
  type LeastPrivilege,
  type Subject,
  withBuiltinRoles,
} from "@interlock/kube-model";
import { ERRORS, TargetRoles } from "@interlock/protocol";
import { readAuditLog } from "./audit-log-file.ts";
import { EXIT, type ExitCode, unreachable, usage } from "./exit.ts";
import { leastPrivilegeText } from "./least-privilege-text.ts";
import { manifestFolder } from "./manifest-folder.ts";
import { readOptions } from "./options.ts";
import { paint } from "./paint.ts";
import { getFromService, readAnswer } from "./service.ts";
import type { Terminal } from "./terminal.ts";

/** Longest reading of a cluster, in milliseconds. */
const LONGEST_MS = 60_000;
const DAY_MS = 86_400_000;
const DAYS = 90;

/** What the answer rests on. */
export interface Basis {
  days: number;
  /** Beginning and end of what the logs tell, in milliseconds since 1970. */
  from: number | undefined;
  to: number | undefined;
  /** What could not be read. */
  problems: string[];
}

/** Exits 1 where a smaller role is proposed. */
export async function leastPrivilegeOf(args: string[], terminal: Terminal): Promise<ExitCode> {
  const people = args.includes("--people");
  const rest = args.filter((arg) => arg !== "--people");
  const names = people ? ["policy", "days", "format"] : ["connection", "manifests", "user", "days", "format"];
  const { values, lists } = readOptions(rest, names, 0, people ? {} : { "audit-log": {} });
  const { connection, manifests, format = "text" } = values;
  const days = daysOf(values["days"]);
  if (format !== "text" && format !== "json") throw usage(`There is no format ${JSON.stringify(format)}; it is text or json.`);
  if (people) return ofPeople({ file: values["policy"], days, format }, terminal);
  if ((connection === undefined) === (manifests === undefined)) throw usage("Of what? Give either --connection NAME or --manifests DIR.");
  const logs = lists["audit-log"]!;
  if (logs.length === 0) throw usage("What was done? Give at least one --audit-log FILE.");
  const wanted = values["user"] === undefined ? undefined : parseSubject(values["user"]);
  if (values["user"] !== undefined && (wanted === undefined || wanted.kind === "Group"))
    throw usage("--user is ServiceAccount NAMESPACE/NAME, or User NAME.");

  const used = new Usage(Date.now() - days * DAY_MS);
  for (const log of logs) await readAuditLog(log, used, terminal);
  const roles = manifests === undefined ? await rolesOf(connection!, terminal) : await rolesIn(manifests, terminal);
  const rights =
    manifests === undefined
      ? new Rights(roles.objects, { aggregated: "stored" })
      : new Rights(withBuiltinRoles(roles.objects), { aggregated: "computed" });
  const subjects = wanted === undefined ? everybody(rights, used) : [wanted];
  const found = subjects.map((subject): LeastPrivilege => {
    const user = userOf(subject).name;
    const { proposal, ...known } = leastPrivilege(rights, subject, used.of(user), { groups: used.groupsOf(user) });
    // Of what nobody has seen nothing follows.
    return proposal === undefined || used.from === undefined ? known : { ...known, proposal };
  });
  const basis: Basis = {
    days,
    from: used.from,
    to: used.to,
    problems: [
      ...roles.problems,
      ...used.problems.map(({ line, message }) => `line ${line} of the log: ${message}`),
      ...(used.problemCount > used.problems.length ? [`${used.problemCount - used.problems.length} more lines of the log`] : []),
    ],
  };
  if (format === "json") terminal.out(JSON.stringify({ ...basis, subjects: found.map(asJson) }, null, 2));
  else terminal.out(leastPrivilegeText(found, basis, wanted !== undefined, paint(terminal.color)));
  return found.some(({ proposal }) => proposal !== undefined) ? EXIT.finding : EXIT.ok;
}

/** What Interlock's own record tells of people. Exits 0: what follows from it is for people to decide. */
async function ofPeople(
  { file, days, format }: { file: string | undefined; days: number; format: "text" | "json" },
  terminal: Terminal,
): Promise<ExitCode> {
  // Loaded only when they are needed: an API server's log is read where Interlock has never been set up.
  const { judgingOf } = await import("./judging.ts");
  const { withDatabase } = await import("./own-database.ts");
  const { peoplePrivilege, peopleText } = await import("./people-privilege.ts");
  const { policy } = await judgingOf({}, { connector: "kubernetes", file }, terminal);
  const found = await withDatabase(terminal, (db) => peoplePrivilege(db, policy, days));
  terminal.out(format === "json" ? JSON.stringify(found, null, 2) : peopleText(found));
  return EXIT.ok;
}

function daysOf(text: string | undefined): number {
  const days = Number(text ?? DAYS);
  if (!Number.isInteger(days) || days < 1 || days > 3_650) throw usage("--days is a whole number of days.");
  return days;
}

/** Those that are named by a binding, but for what belongs to Kubernetes itself, and those that the log tells of. */
function everybody(rights: Rights, used: Usage): Subject[] {
  const found = new Map<string, Subject>();
  const add = (subject: Subject): void => void found.set(subjectText(subject), subject);
  for (const { subject } of rights.grants()) if (subject.kind !== "Group" && !isOfKubernetes(subject)) add(subject);
  for (const user of used.users()) {
    const subject = parseSubject(user) ?? { kind: "User" as const, name: user };
    if (!isOfKubernetes(subject)) add(subject);
  }
  return [...found.values()].toSorted((left, right) => subjectText(left).localeCompare(subjectText(right), "en"));
}

const isOfKubernetes = ({ kind, name, namespace }: Subject): boolean =>
  kind === "ServiceAccount" ? namespace?.startsWith("kube-") === true : name.startsWith("system:");

interface Roles {
  objects: KubeObject[];
  problems: string[];
}

async function rolesIn(path: string, terminal: Terminal): Promise<Roles> {
  const { manifests, problems: unread, kustomizations } = await manifestFolder(path, terminal);
  const problems = [...unread, ...kustomizations];
  return { objects: manifests.map(({ object }) => object), problems };
}

async function rolesOf(name: string, terminal: Terminal): Promise<Roles> {
  const { token } = terminal.config;
  if (token !== undefined) {
    const { objects, unread } = readAnswer(
      TargetRoles,
      await getFromService(token, `/connections/${encodeURIComponent(name)}/roles`, terminal),
    );
    return { objects: objects as KubeObject[], problems: unread };
  }
  // Loaded only when it is needed: manifests are looked at where Interlock has never been set up.
  const { openLogged } = await import("./stored-connection.ts");
  const target = await openLogged(name, terminal, { type: "roles.read" });
  try {
    if (target.roles === undefined) throw usage(`There are no roles of ${name}: it is no cluster.`);
    const { objects, unread } = await target.roles(AbortSignal.any([terminal.signal, AbortSignal.timeout(LONGEST_MS)]));
    return { objects: [...objects] as KubeObject[], problems: [...unread] };
  } catch (error) {
    if (error instanceof TargetError) throw unreachable(`${ERRORS[error.code].title}: ${error.message}`, error);
    throw error;
  } finally {
    await target.close();
  }
}

/** Names of a use are a set, which JSON has none of. */
function asJson({ bindings, unexplained, ...rest }: LeastPrivilege): object {
  const listed = (uses: LeastPrivilege["unexplained"]): object[] => uses.map((use) => ({ ...use, names: [...use.names] }));
  return { ...rest, bindings: bindings.map(({ uses, ...one }) => ({ ...one, uses: listed(uses) })), unexplained: listed(unexplained) };
}
