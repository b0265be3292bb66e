import { type Outcome, ok, type PostureFinding, type PosturePage, refuse } from "@interlock/protocol";

/** Findings of one answer. */
const PAGE = 1_000;
/** Most findings that a page holds; the rest is told by its number. They come worst first. */
export const MOST = 5_000;
/** How often it is begun anew because the cluster was read again meanwhile, by somebody else or because what was kept has become too old. */
const TRIES = 4;

export interface PostureAsk {
  offset: number;
  limit: number;
  /** Has the cluster read anew. */
  fresh: boolean;
}

/**
 * Reads what was found page by page and tells each state on the way. All of it is of one reading of the cluster: pages of two would have
 * findings twice and leave others out.
 */
export async function readPosture(
  ask: (asked: PostureAsk) => Promise<Outcome<PosturePage>>,
  fresh: boolean,
  told: (page: PosturePage, findings: readonly PostureFinding[]) => void,
): Promise<Outcome<true>> {
  let first: PosturePage | undefined;
  let all: readonly PostureFinding[] = [];
  for (let tries = 1; tries <= TRIES;) {
    const answer = await ask({ offset: all.length, limit: PAGE, fresh: fresh && first === undefined && tries === 1 });
    if (!answer.ok) return answer;
    const page = answer.value;
    if (first !== undefined && page.at !== first.at) {
      first = undefined;
      all = [];
      tries += 1;
      continue;
    }
    first = page;
    all = [...all, ...page.findings];
    told(page, all);
    if (page.findings.length === 0 || all.length >= Math.min(page.total, MOST)) return ok(true);
  }
  return refuse("analysis_timeout", "The cluster is being read again and again, so what was found is not of one moment. Read again.");
}
