import type { AnalysisContext } from "../analysis-context.ts";
import type { DraftStatement } from "../draft-statement.ts";
import { rangeName, type Node } from "../tree.ts";
import { optionLock } from "./alter-table.data.ts";
import { findIndex } from "./named-index.ts";
import { affect, fails, lock } from "./subject.ts";

/** ALTER INDEX: the index alone is locked; only attaching one to the index of a partitioned table looks at the tables, too. */
export async function alterIndex(
  context: AnalysisContext,
  index: { oid: number; name: string; kind: string; table: number },
  cmds: readonly Node[],
  draft: DraftStatement,
): Promise<void> {
  affect(draft, index.name, "index");
  for (const cmd of cmds) {
    switch (cmd.subtype) {
      case "AT_SetRelOptions":
      case "AT_ResetRelOptions":
        if (index.kind === "I") fails(draft, "42809", `${index.name} stores nothing itself; its partitions do`);
        for (const item of cmd.def?.List?.items ?? []) draft.locks.add(index.name, optionLock(item.DefElem?.defname ?? ""));
        break;
      case "AT_SetStatistics":
        draft.locks.add(index.name, "ShareUpdateExclusiveLock");
        break;
      case "AT_AttachPartition": {
        draft.locks.add(index.name, "ShareUpdateExclusiveLock");
        const child = await findIndex(context, rangeName(cmd.def?.PartitionCmd?.name ?? {}), draft);
        if (!child) break;
        draft.locks.add(child.name, "AccessExclusiveLock");
        affect(draft, child.name, "index");
        lock(context, index.table, "AccessShareLock", draft);
        lock(context, child.table, "AccessShareLock", draft);
        break;
      }
      default:
        draft.locks.add(index.name, "AccessExclusiveLock");
    }
  }
}
