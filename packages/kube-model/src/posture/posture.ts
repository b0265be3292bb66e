import { SEVERITIES, type About, type Area, type Check, type Draft, type Evidence, type Severity } from "./check.ts";
import { CHECKS } from "./checks/all.ts";
import type { Inventory, Unread } from "./inventory.ts";
import { plainYaml } from "./plain-yaml.ts";

export interface PostureFix {
  /** kubectl lines that can be planned as they are. */
  lines: string[];
  /** Lines that hold once `decision` is made. */
  choices: string[];
  decision?: string;
  /** YAML: what a manifest of the object has to say, merged by names. */
  patch?: string;
}

export interface Finding {
  check: string;
  severity: Severity;
  area: Area;
  /** `apps/v1 Deployment shop/web`, or for rights `Group oncall`. */
  object: string;
  namespace?: string;
  says: string;
  evidence: Evidence[];
  fix: PostureFix;
  /** A part of Kubernetes itself, or of kube-system: told apart, since most of it is meant to be so. */
  system: boolean;
}

/** How a check came out. `unknown`: it could not look, or not at everything; `why` says so. What was found is told all the same. */
export interface CheckOutcome extends About {
  state: "found" | "clean" | "unknown";
  findings: number;
  why: string;
  unknown?: string;
}

export interface PostureReport {
  /** The most severe first, those of Kubernetes itself last. */
  findings: Finding[];
  checks: CheckOutcome[];
  /** What could not be read at all. */
  unread: Unread[];
}

export interface PostureOptions {
  /** Only these checks. */
  checks?: readonly string[];
}

/** Begins what is said of a check that could not go on. */
export const STOPPED = "It stopped at an object of a form that it does not know";

/** Holds every check against what there is. */
export function postureOf(inventory: Inventory, options: PostureOptions = {}): PostureReport {
  const steps = postureSteps(inventory, options);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** The same, with a stop after each check: of a large cluster they take longer together than a server may be silent. */
export function* postureSteps(inventory: Inventory, { checks: wanted }: PostureOptions = {}): Generator<undefined, PostureReport> {
  const findings: Finding[] = [];
  const checks: CheckOutcome[] = [];
  for (const check of CHECKS) {
    if (wanted !== undefined && !wanted.includes(check.id)) continue;
    if (check.ofManifests === true && inventory.from === "cluster") continue;
    const unsaid: string[] = unreadOf(check, inventory);
    let found = 0;
    try {
      for (const one of check.find(inventory)) {
        if ("unknown" in one) unsaid.push(one.unknown);
        else {
          // Manifests are somebody's own, wherever they put things; what Kubernetes brings with it is in no repository.
          findings.push(findingOf(check, inventory.from === "cluster" ? one : { ...one, system: false }));
          found++;
        }
      }
    } catch (error) {
      // One object that no server would have taken must not hide what all the other checks find.
      if (!(error instanceof TypeError)) throw error;
      unsaid.push(`${STOPPED}: ${error.message}.`);
    }
    const { id, title, severity, area, why } = check;
    const unknown = [...new Set(unsaid)].join(" ");
    const state = found > 0 ? "found" : unknown === "" ? "clean" : "unknown";
    yield undefined;
    checks.push({ id, title, severity, area, why, state, findings: found, ...(unknown === "" ? {} : { unknown }) });
  }
  findings.sort((left, right) => rank(left) - rank(right) || compare(left.check, right.check) || compare(left.object, right.object));
  return { findings, checks, unread: [...inventory.unread] };
}

const rank = ({ severity, system }: Finding): number => (system ? SEVERITIES.length : 0) + SEVERITIES.indexOf(severity);

const compare = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);

/** What a check would have to look at, and cannot. */
function unreadOf({ reads, against = [] }: Check, inventory: Inventory): string[] {
  const unread = inventory.unread.filter(({ kind }) => reads.includes(kind) || against.includes(kind)).map(({ why }) => why);
  if (inventory.from === "cluster") return unread;
  const missing = reads.includes("/Namespace") ? inventory.namespacesElsewhere : [];
  const roles = reads.includes("rbac.authorization.k8s.io/ClusterRole") ? inventory.rolesElsewhere : [];
  return [
    ...unread,
    ...(missing.length === 0
      ? []
      : [`What is set of these is not known, since they are not among the given manifests: Namespace ${missing.join(", ")}.`]),
    ...(roles.length === 0 ? [] : [`What these give is not known, since they are not among the given manifests: ${roles.join(", ")}.`]),
  ];
}

const OF_CLUSTER = "It belongs to the cluster itself: whoever installs that (the provider, an add-on) decides, and puts it back.";

function findingOf(check: Check, { object, namespace, says, evidence, fix, severity, system }: Draft): Finding {
  const decision = system ? [OF_CLUSTER, fix.decision].filter(Boolean).join(" ") : fix.decision;
  return {
    check: check.id,
    severity: severity ?? check.severity,
    area: check.area,
    object,
    ...(namespace === undefined ? {} : { namespace }),
    says,
    evidence: [...evidence],
    fix: {
      // Nothing of Kubernetes' own is changed before somebody has said so.
      lines: system ? [] : [...fix.lines],
      choices: system ? [...fix.lines, ...(fix.choices ?? [])] : [...(fix.choices ?? [])],
      ...(decision === undefined ? {} : { decision }),
      ...(fix.patch === undefined ? {} : { patch: plainYaml(fix.patch) }),
    },
    system,
  };
}
