import { readCommand } from "../src/index.ts";
import type { Case } from "./cases/case.ts";
import { REFUSED } from "./cases/refused.data.ts";
import { drawCluster, type Drawn } from "./cluster.ts";
import { named } from "./fixture.ts";
import { judge } from "./judge.ts";
import { planCase, type CaseResult, type MoreFiles } from "./plan-case.ts";

/** What one command came to. */
export interface Judged {
  one: Case;
  drawn: Drawn;
  /** Absent when it could not be run at all. */
  result?: CaseResult;
  /** Empty when all is as it must be. */
  faults: string[];
  /** Milliseconds. */
  took: number;
}

/** Runs cases, several at a time; `told` is called for each that is done. */
export async function runCases(
  cases: readonly { one: Case; drawn: Drawn }[],
  options: { program: string; more: MoreFiles; lanes: number },
  told: (judged: Judged) => void,
): Promise<Judged[]> {
  const results: Judged[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let at = next++; at < cases.length; at = next++) {
      const judged = await runCase(cases[at]!, options);
      results.push(judged);
      told(judged);
    }
  };
  await Promise.all(Array.from({ length: options.lanes }, lane));
  return results;
}

async function runCase(
  { one, drawn }: { one: Case; drawn: Drawn },
  { program, more }: { program: string; more: MoreFiles },
): Promise<Judged> {
  const started = performance.now();
  const took = (): number => performance.now() - started;
  try {
    const result = await planCase(one, drawn, program, more);
    return { one, drawn, result, faults: judge(one, result), took: took() };
  } catch (error) {
    return { one, drawn, faults: [String(error)], took: took() };
  }
}

/** Lines that must not be run at all, and are. */
export function ranThoughRefused(): string[] {
  const { names } = drawCluster(0);
  return REFUSED.filter((line) => {
    const { lines, diagnostics } = readCommand(named(line, names));
    // A URL is not refused by its words but when it is fetched, which the tests of manifests are about.
    return diagnostics.length === 0 && lines.every(({ urls }) => urls.length === 0);
  });
}
