import type { Json } from "../json.ts";
import { evidenceOf, objectText, type About, type Check, type Draft, type Fix, type Path, type Unsaid } from "./check.ts";
import { canBeNamed, containerPatch, podPatch } from "./fix.ts";
import { type Inventory, isSystemNamespace, namespaceOf, type Source } from "./inventory.ts";
import { containersOf, type ContainerAt, type Workload, WORKLOAD_KINDS } from "./workload.ts";

/** A field that is not as it should be; `words` where its value is secret or says less than words. */
export interface Bad {
  path: Path;
  words?: string;
}

/** A draft about an object, with what is always the same of it. */
export function draft(source: Source, says: string, bad: readonly Bad[], fix: Fix, more: Partial<Draft> = {}): Draft {
  const namespace = namespaceOf(source.object);
  const unnamed: Fix = { lines: [], decision: UNNAMED, ...(fix.patch === undefined ? {} : { patch: fix.patch }) };
  return {
    object: objectText(source),
    namespace,
    says,
    evidence: bad.map(({ path, words }) => evidenceOf(source, path, words)),
    fix: canBeNamed(source.object) ? fix : unnamed,
    system: isSystemNamespace(namespace),
    ...more,
  };
}

const UNNAMED = "No line can name it, since its name is not one that the server knows: change its manifest.";

const list = (names: readonly string[]): string =>
  names.length < 4 ? names.join(", ") : `${names.slice(0, 3).join(", ")} and ${names.length - 3} more`;

interface ContainerRule extends About {
  /** Default `all`. */
  of?: "all" | "app";
  /** Kinds that it looks at besides. */
  also?: readonly string[];
  bad(at: ContainerAt, inventory: Inventory): Bad | undefined;
  /** What follows "Container web", e.g. `is privileged`; `have` … in the plural. */
  says: (one: boolean) => string;
  /** What the container has to say, merged by its name; undefined where that is not known. */
  patch?(at: ContainerAt, inventory: Inventory): Json;
  decision?: string;
  /** The patch is one of the ways to decide, not the fix. */
  undecided?: boolean;
}

/** A check of every container; what it finds in one workload is one finding. */
export function containerCheck({ of = "all", also = [], bad, says, patch, decision, undecided, ...about }: ContainerRule): Check {
  return {
    ...about,
    reads: [...WORKLOAD_KINDS, ...also],
    *find(inventory) {
      for (const workload of inventory.workloads) {
        const found = containersOf(workload, of).flatMap((at) => {
          const one = bad(at, inventory);
          return one === undefined ? [] : [{ at, bad: one }];
        });
        if (found.length === 0) continue;
        const parts = found.flatMap(({ at }) => {
          const part: Json = patch?.(at, inventory);
          return part === undefined ? [] : [{ at, patch: part }];
        });
        const fix: Fix =
          parts.length === 0 ? { lines: [], decision: decision! } : containerPatch(workload, parts, decision, undecided ?? false);
        const one = found.length === 1;
        yield draft(
          workload.source,
          `${one ? "Container" : "Containers"} ${list(found.map(({ at }) => at.name))} ${says(one)}.`,
          found.map((item) => item.bad),
          fix,
        );
      }
    },
  };
}

interface PodRule extends About {
  bad(workload: Workload, inventory: Inventory): Bad | readonly Bad[] | undefined;
  says: string | ((workload: Workload) => string);
  patch?(workload: Workload): Json;
  decision?: string;
  undecided?: boolean;
}

/** A check of the pods of every workload. */
export function podCheck({ bad, says, patch, decision, undecided, ...about }: PodRule): Check {
  return {
    ...about,
    reads: WORKLOAD_KINDS,
    *find(inventory) {
      for (const workload of inventory.workloads) {
        const found = bad(workload, inventory);
        const all = found === undefined ? [] : Array.isArray(found) ? (found as readonly Bad[]) : [found as Bad];
        if (all.length === 0) continue;
        const fix =
          patch === undefined ? { lines: [], decision: decision! } : podPatch(workload, patch(workload), decision, undecided ?? false);
        yield draft(workload.source, typeof says === "string" ? says : says(workload), all, fix);
      }
    },
  };
}

interface ObjectRule extends About {
  /** `group/Kind`. */
  kinds: readonly string[];
  against?: readonly string[];
  ofManifests?: true;
  find(source: Source, inventory: Inventory): Draft | Unsaid | undefined | Iterable<Draft | Unsaid>;
}

/** A check of every object of some kinds. Where it misses others and those could not be read, it says that it does not know. */
export function objectCheck({ kinds, against, ofManifests, find, ...about }: ObjectRule): Check {
  return {
    ...about,
    reads: kinds,
    ...(against === undefined ? {} : { against }),
    ...(ofManifests === undefined ? {} : { ofManifests }),
    *find(inventory) {
      const sources = kinds.flatMap((kind) => inventory.all(kind));
      if (sources.length === 0) return;
      if (against !== undefined && !inventory.knows(...against)) {
        if (inventory.from === "manifests")
          yield {
            unknown: `The given manifests hold nothing that runs: what ${sources.length === 1 ? objectText(sources[0]!) : `${sources.length} objects`} belong to is in the cluster.`,
          };
        return;
      }
      for (const source of sources) {
        const found = find(source, inventory);
        if (found === undefined) continue;
        if (Symbol.iterator in found) yield* found;
        else yield found;
      }
    },
  };
}
