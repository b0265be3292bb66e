import type { Execution } from "@interlock/protocol";
import { count } from "../impact/figures.ts";
import { shortName } from "../plan/plan-words.ts";
import type { Row } from "../results/result-store.ts";

type Results = Execution["results"];

/** What a run of planned requests shows, by the columns that are its own: the requests as they are answered, then what comes of them. */
export function planResult(columns: readonly { name: string }[]): "requests" | "outcome" | undefined {
  const names = columns.map(({ name }) => name).join();
  if (names === "request,object,outcome") return "requests";
  return names === "after,object,state" ? "outcome" : undefined;
}

/** The result of a running plan in which something happens now: what comes of it, once all is sent. */
export function liveResult(results: Results): Results[number] | undefined {
  const of = (what: "requests" | "outcome") => results.find(({ columns, rows }) => rows > 0 && planResult(columns) === what);
  return of("outcome") ?? of("requests");
}

/** `Deployment shop/web: 4/6 ready`; while requests are sent `3 of 5 requests · Deployment shop/web done`. */
export function progressWords(result: Results[number], newest: Row | undefined, requests: number): string {
  const [, object, state] = newest ?? [];
  if (planResult(result.columns) === "outcome") return object == null ? "" : `${shortName(object)}: ${state ?? ""}`;
  const sent = `${count(result.rows)} of ${count(requests)} ${requests === 1 ? "request" : "requests"}`;
  return object == null ? sent : `${sent} · ${shortName(object)} ${state ?? ""}`;
}
