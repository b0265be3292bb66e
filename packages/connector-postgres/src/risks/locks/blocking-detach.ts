import { holds } from "../../versions.data.ts";
import type { RiskRule } from "../risk-rule.ts";
import { busySubject, commandsOf, isAlone } from "../statement-subject.ts";
import { afterKeyword, rangeText } from "../suggested-text.ts";
import { qualified } from "../../catalog.ts";

export const blockingDetach: RiskRule = {
  code: "blocking-detach",
  severity: "warning",
  about: "DETACH PARTITION without CONCURRENTLY shuts the whole partitioned table; with it only what must be is shut.",
  covers: ["missing-lock-timeout"],
  find(input) {
    const cmd = commandsOf(input).find(({ subtype, def }) => subtype === "AT_DetachPartition" && !def.PartitionCmd.concurrent);
    const parent = cmd && busySubject(input, input.body.relation);
    if (!cmd || !parent) return undefined;
    const child = cmd.def.PartitionCmd.name;
    // A default partition is locked as well, and is what CONCURRENTLY cannot stand.
    const siblings = (input.catalog.children.get(parent.oid) ?? []).map((oid) => input.catalog.relations.get(oid)!);
    const fallback = input.draft.locks
      .list()
      .some(({ object }) => siblings.some((one) => one && qualified(one) === object && one.name !== child.relname));
    const possible = !fallback && isAlone(input) && holds("concurrentDetach", input.catalog.version);
    return {
      message: `Nobody can read or write ${parent.name} while ${rangeText(child)} is detached`,
      suggestion: possible
        ? {
            text: afterKeyword(`${input.draft.text} `, [child.relname, `"${child.relname}"`], "CONCURRENTLY")?.trim(),
            why: "Reads and writes of the others go on.",
          }
        : undefined,
    };
  },
};
