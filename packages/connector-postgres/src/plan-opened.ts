import type { PlanNode } from "./plan-reads.ts";

/** Relations that a plan opens, as `schema.name`, by what it does with them. */
export interface PlanOpened {
  reads: ReadonlySet<string>;
  writes: ReadonlySet<string>;
  /** Some were opened and then left out as the plan starts: EXPLAIN counts those ("Subplans Removed") and does not name them. */
  more: boolean;
  /** It finds no row whatever is there: what it would have read was opened before that was known, and is not named. */
  nothing: boolean;
}

/**
 * One table may be written and read in one plan, under two aliases, and keep other partitions for each. EXPLAIN gives every entry of the
 * range table an alias of its own (select_rtable_names_for_explain in ruleutils.c); the rows to write are scanned under the target's.
 */
export function planOpened(root: PlanNode): PlanOpened {
  const targets = new Set<string>();
  const writes = new Set<string>();
  const scanned: { object: string; alias: string | undefined }[] = [];
  let more = false;
  let nothing = false;
  const objectOf = (node: PlanNode): string => `${node["Schema"] ?? ""}.${node["Relation Name"]}`;
  const visit = (node: PlanNode): void => {
    if (node["Node Type"] === "ModifyTable") {
      // Without a list of targets the table that is named is the only one.
      for (const target of [node, ...((node["Target Tables"] ?? []) as PlanNode[])]) {
        if (target["Relation Name"] === undefined) continue;
        writes.add(objectOf(target));
        if (target["Alias"] !== undefined) targets.add(target["Alias"]);
      }
    } else if (node["Relation Name"] !== undefined) scanned.push({ object: objectOf(node), alias: node["Alias"] });
    if (Number(node["Subplans Removed"] ?? 0) > 0) more = true;
    if (node["One-Time Filter"] === "false") nothing = true;
    for (const child of (node["Plans"] ?? []) as PlanNode[]) visit(child);
  };
  visit(root);
  const reads = new Set(scanned.flatMap(({ object, alias }) => (alias !== undefined && targets.has(alias) ? [] : [object])));
  return { reads, writes, more, nothing };
}
