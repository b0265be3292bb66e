"use client";
import { cn } from "../../components/ui/class-names.ts";
import { Tooltip } from "../../components/ui/tooltip.tsx";
import { useRoom, useSession } from "../room/room-context.tsx";
import { useStore } from "../room/store.ts";
import { DemoNotice } from "../shell/demo-notice.tsx";
import { syncWords } from "./sync-words.ts";

const TONES = { quiet: undefined, warn: "text-modify-text", bad: "text-delete-text" } as const;

/** The line at the bottom of a room: is it recorded, does the agent answer, is everything saved, where is the audit log. */
export function StatusBar() {
  const session = useSession();
  const link = useRoom((state) => state.link);
  const live = link.phase === "live";
  const latency = useRoom((state) => state.latencyMs);
  const head = useRoom((state) => state.auditHead);
  const here = useRoom((state) => state.room?.members.filter(({ online }) => online).length ?? 0);
  const demo = useRoom((state) => state.demo);
  const problem = useRoom((state) => state.policyProblem);
  const documents = useStore(session.documents.status, (all) => all);
  const sync = syncWords(link, documents.values());
  return (
    <footer className="flex h-6 shrink-0 items-center gap-4 overflow-hidden border-t border-line bg-panel px-3.5 text-2xs whitespace-nowrap text-dim">
      <Tooltip label="Commands, results and who did what are kept in the audit log" side="top">
        <span tabIndex={0} className={cn("inline-flex items-center gap-1.5", live ? "text-delete-text" : "text-faint")}>
          <span
            aria-hidden="true"
            className={cn("size-2 rounded-full forced-color-adjust-none", live ? "bg-delete" : "border border-line-strong")}
          />{" "}
          recording
        </span>
      </Tooltip>
      {link.phase !== "connecting" && (
        <span className={cn("tabular-nums max-sm:hidden", !live && "text-modify-text")}>
          agent{live ? latency !== undefined && ` · ${latency < 1 ? "< 1" : Math.round(latency)} ms` : " away"}
        </span>
      )}
      <span className="tabular-nums" role="status" data-testid="sync">
        {live && `${here} in room, `}
        <span className={cn(TONES[sync.tone])}>{sync.text}</span>
      </span>
      {problem !== undefined && (
        <Tooltip label={<span className="whitespace-pre-wrap">{problem}</span>} side="top">
          <span tabIndex={0} className="text-modify-text">
            the policy file has errors; the last good one is in force
          </span>
        </Tooltip>
      )}
      <span className="max-md:hidden">
        <DemoNotice demo={demo} />
      </span>
      {head && (
        <span className="ml-auto font-mono max-sm:hidden" title={head.hash}>
          audit #{head.seq.toLocaleString("en")} · {head.hash.slice(0, 4)}…{head.hash.slice(-4)}
        </span>
      )}
    </footer>
  );
}
