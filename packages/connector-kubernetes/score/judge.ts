import { takenAlong } from "../src/apply/settle.ts";
import { SECRET } from "./fixture.ts";
import type { Case } from "./cases/case.ts";
import type { CaseResult } from "./plan-case.ts";

/** Orders requests that kubectl itself sends in no order: it evicts and deletes pods of a drain at the same time. */
const unordered = (one: Case): boolean => one.text.includes("kubectl drain");

/** What is wrong with a plan; empty when nothing is. */
export function judge(one: Case, result: CaseResult): string[] {
  const faults: string[] = [];
  if (result.writesWhilePlanning > 0) faults.push(`${result.writesWhilePlanning} writes reached the cluster while planning`);
  if (result.changesWhilePlanning > 0) faults.push(`${result.changesWhilePlanning} changes were kept while planning`);
  if (result.objectsChangedWhilePlanning > 0) faults.push(`${result.objectsChangedWhilePlanning} objects changed while planning`);
  for (const refused of result.refused) faults.push(`refused: ${refused.method} ${refused.path}: ${refused.reason}`);
  const lines = (list: CaseResult["planned"]): string[] => {
    const texts = list.map(({ request, body }) => `${request} ${body}`);
    return unordered(one) ? texts.toSorted() : texts;
  };
  const planned = lines(result.planned.filter((write) => !isTakenAlong(write, result)));
  const done = lines(result.done);
  for (let index = 0; index < Math.max(planned.length, done.length); index++) {
    if (planned[index] === done[index]) continue;
    faults.push(`write ${index} planned ${planned[index] ?? "nothing"}`, `write ${index} alone   ${done[index] ?? "nothing"}`);
  }
  const overtaken = result.planned.some((write) => isTakenAlong(write, result));
  if (!overtaken && JSON.stringify(result.codes.planned) !== JSON.stringify(result.codes.alone)) {
    faults.push(`ended with ${result.codes.planned.join()} while planning and ${result.codes.alone.join()} alone`);
    faults.push(`said ${JSON.stringify(result.output.planned)} while planning, ${JSON.stringify(result.output.alone)} alone`);
  }
  if (one.fails !== "either" && one.fails === result.codes.planned.every((code) => code === 0 || code === "waits")) {
    faults.push(`${one.fails ? "did not fail" : "failed"}: ${result.output.planned}`);
  }
  if (result.applied.state !== "succeeded") faults.push(`applied: ${result.applied.state}: ${result.applied.failures.join("; ")}`);
  faults.push(...result.applied.differences.map((difference) => `applied: ${difference}`));
  for (const value of [SECRET, Buffer.from(SECRET).toString("base64")]) {
    if (result.output.planned.includes(value)) faults.push("a secret value was shown while planning");
    const shown = result.writes.map(({ stored: _stored, ...rest }) => rest);
    if (JSON.stringify(shown).includes(value)) faults.push("a secret value is in what is shown of a write");
  }
  return faults;
}

/**
 * A delete of something whose owner or namespace goes as well: whether kubectl alone still finds it to be deleted depends on how quick the garbage
 * collector is. The simulated one always is.
 */
function isTakenAlong({ request }: CaseResult["planned"][number], { writes, done }: CaseResult): boolean {
  if (done.some((other) => other.request === request)) return false;
  const write = writes.find(({ method, path }) => `${method} ${path}` === request);
  return write !== undefined && takenAlong(write, writes);
}
