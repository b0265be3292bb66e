import { TargetError, type ForeseenUndo, type ObjectsImage, type UndoConflict, type UndoOptions } from "@interlock/connector";
import { strongest, type Statement } from "@interlock/protocol";
import { consequencesOf } from "../apply/consequences.ts";
import type { OpenedCluster } from "../cluster/open-cluster.ts";
import { openClusterView } from "../impact/cluster-view.ts";
import { impactOf } from "../impact/impact.ts";
import { writtenObject } from "../object-name.ts";
import { resolutionOf, sealWork } from "../work.ts";
import { unpackKept } from "./kept.ts";
import { planPutBack, type PutBack } from "./put-back.ts";

/** Most characters of the text; beyond it objects of a kind share a line. */
const TEXT_CHARS = 128 * 1024;
/** Conflicts that a refusal names. */
const NAMED = 20;

/** What taking a run back would do on the cluster as it is now, and the requests for it. Rejects with `undo_conflict` unless only the rest is asked for. */
export async function foreseeUndo(cluster: OpenedCluster, image: ObjectsImage, options: UndoOptions): Promise<ForeseenUndo> {
  const started = performance.now();
  const kept = await unpackKept(image);
  const back = await planPutBack(cluster, kept, options.signal);
  if (back.conflicts.length > 0 && options.rest !== true) throw new TargetError("undo_conflict", conflictText(back.conflicts));
  if (back.writes.length === 0) {
    const why = back.conflicts.length > 0 ? "All that is left of it was changed since" : "Everything is as it was before it ran";
    throw new TargetError("undo_unavailable", `${why}: there is nothing to put back.`);
  }
  const { text, places } = textOf(back.writes);
  const writes = back.writes.map(({ write }) => write);
  const told = await impactOf(openClusterView(cluster, { signal: options.signal }), writes, {
    source: (write) => places.get(write.index)!,
  });
  const statements = told.statements.map((statement, index): Statement => {
    const { lost: _lost, reversibleReason: _reason, ...rest } = statement;
    return { ...rest, title: titleOf(back.writes[index]!), reversible: "no", reversibleReason: "what an undo writes is not kept" };
  });
  const agreed = consequencesOf(statements, told.warnings, told.connections());
  const work = sealWork({ fingerprintKey: back.fingerprintKey, writes, agreed })!;
  return {
    text,
    impact: {
      effect: strongest(statements.map(({ effect }) => effect)),
      complete: told.complete,
      tookMs: performance.now() - started,
      warnings: [
        ...told.warnings,
        ...back.ending.map((name) => `${name} is still ending: it is waited for, up to five minutes, before anything is sent.`),
        ...back.conflicts.map((one) => `${conflictWords(one)}. It is left as it is.`),
        ...(back.asTheyWere > 0
          ? [`${back.asTheyWere} ${back.asTheyWere === 1 ? "object is" : "objects are"} there as before and left alone.`]
          : []),
        ...kept.lost.filter(({ minor }) => minor !== true).map(({ object, why }) => `Does not come back: ${object}: ${why}.`),
      ],
      statements,
    },
    resolution: resolutionOf(writes, cluster.namespace, work),
    work,
  };
}

const WORDS: Record<UndoConflict["reason"], string> = {
  changed: "was changed since",
  gone: "is not there any more",
  exists: "is there again, made by somebody else",
  blocked: "is refused by the cluster",
};

const conflictWords = ({ object, reason, why }: UndoConflict): string => `${object} ${WORDS[reason]}${why === undefined ? "" : `: ${why}`}`;

function conflictText(conflicts: readonly UndoConflict[]): string {
  const named = conflicts.slice(0, NAMED).map(conflictWords);
  const more = conflicts.length > NAMED ? [`and ${conflicts.length - NAMED} more`] : [];
  return [...named, ...more].join(";\n");
}

const VERBS = { create: "put back", change: "change back", delete: "take out again" } as const;

const titleOf = ({ write, act }: PutBack["writes"][number]): string =>
  `${VERBS[act]} ${writtenObject(write.resource, write.after ?? write.before)}`;

type Place = { start: number; end: number; text: string };

/** A line for each object, or where that is more than anybody can read, for each kind of a namespace. */
function textOf(writes: PutBack["writes"]): { text: string; places: Map<number, Place> } {
  const whole = writes.map(titleOf);
  const long = whole.reduce((sum, line) => sum + line.length + 1, 0) > TEXT_CHARS;
  const groups = Map.groupBy(writes, (one) => (long ? groupOf(one) : titleOf(one)));
  const places = new Map<number, Place>();
  const lines: string[] = [];
  let start = 0;
  for (const [name, group] of groups) {
    const text = long ? `${VERBS[group[0]!.act]} ${group.length} × ${name.slice(VERBS[group[0]!.act].length + 1)}` : name;
    for (const { write } of group) places.set(write.index, { start, end: start + text.length, text });
    lines.push(text);
    start += text.length + 1;
  }
  return { text: lines.join("\n"), places };
}

function groupOf({ write: { resource }, act }: PutBack["writes"][number]): string {
  const version = resource.group === "" ? resource.version : `${resource.group}/${resource.version}`;
  return `${VERBS[act]} ${version} ${resource.kind}${resource.namespace === undefined ? "" : ` of ${resource.namespace}`}`;
}
