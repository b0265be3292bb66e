import { type Outcome, SchemaTree } from "@interlock/protocol";
import { useCallback, useEffect, useState } from "react";
import { rest } from "../shell/rest-client.ts";

export type SchemaState = { phase: "idle" | "loading" } | { phase: "here"; tree: SchemaTree } | { phase: "failed"; why: string };

/** Trees by connection for as long as the page lives: opening a branch again does not ask again. */
const kept = new Map<string, SchemaTree>();

/** The catalogue of a connection, fetched when first wanted. */
export function useSchemaTree(connectionId: string, wanted: boolean): { state: SchemaState; reload: () => void } {
  const [state, setState] = useState<SchemaState>(() => {
    const tree = kept.get(connectionId);
    return tree ? { phase: "here", tree } : { phase: "idle" };
  });
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    if (!wanted || (kept.has(connectionId) && attempt === 0)) return;
    const ending = new AbortController();
    setState((now) => (now.phase === "here" ? now : { phase: "loading" }));
    rest.get(`/connections/${connectionId}/schema`, SchemaTree, ending.signal).then(
      (answer: Outcome<SchemaTree>) => {
        if (ending.signal.aborted) return;
        if (!answer.ok) return setState({ phase: "failed", why: answer.detail ?? "The target does not answer." });
        kept.set(connectionId, answer.value);
        setState({ phase: "here", tree: answer.value });
      },
      () => undefined, // aborted: nobody waits for it any more
    );
    return () => ending.abort();
  }, [connectionId, wanted, attempt]);
  return { state, reload: useCallback(() => setAttempt((n) => n + 1), []) };
}
