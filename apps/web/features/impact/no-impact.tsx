import type { DraftAnalysis } from "@interlock/protocol";
import { CircleAlert, CircleDashed, MousePointerClick } from "lucide-react";
import { cn } from "../../components/ui/class-names.ts";
import { GlanceFrame } from "../plan/plan-glance.tsx";
import { FACT_NAMES } from "./impact-facts.ts";
import type { ImpactPanelProps } from "./impact-panel.tsx";
import { Facts, Foot, Head } from "./panel-parts.tsx";

const STATED = {
  working: "Working out what this would do…",
  wrong: "This cannot be parsed yet",
  waits: "Policy answers once it can be parsed.",
  empty: "Put the cursor in a statement",
};
const PLANNED = {
  working: "Planning what this would do…",
  wrong: "This is not run here",
  waits: "Nothing is planned of it, so there is nothing to agree to.",
  empty: "Put the cursor in a kubectl line",
};

/** What is wrong with what the cursor is in; where it is in nothing that could be read, on its own line. */
function errorIn(draft: DraftAnalysis | undefined) {
  const errors = draft?.diagnostics.filter(({ severity }) => severity === "error") ?? [];
  return errors.find(({ start, end }) => start < draft!.end && end > draft!.start) ?? errors[0];
}

/** There is no impact: nothing is under the cursor, it cannot be parsed, or it is being worked out. As tall as if there were one. */
export function NoImpact({ draft, language, ...proposing }: ImpactPanelProps) {
  const error = errorIn(draft);
  const { working, wrong, waits, empty: ask } = language === "kubectl" ? PLANNED : STATED;
  const empty = draft === undefined || draft.text.trim() === "";
  return (
    <>
      <div className={cn("contents", empty && "*:invisible")} aria-hidden={empty}>
        <Head>
          {error ? (
            <CircleAlert aria-hidden="true" className="size-4 shrink-0 text-delete-text" />
          ) : (
            <CircleDashed aria-hidden="true" className="size-4 shrink-0 text-dim" />
          )}
          <h2 className="min-w-0 flex-1 truncate text-base font-semibold" title={error?.message} role="status">
            {error ? wrong : working}
            {error && (
              <span className="text-xs font-normal text-delete-text @max-md:block @max-md:truncate">
                <span className="@max-md:hidden"> · </span>
                {error.message}
              </span>
            )}
          </h2>
        </Head>
        {language === "kubectl" ? (
          <GlanceFrame figures={<p className="line-clamp-3 h-full content-center text-dim">{error?.message}</p>}>
            <p className="text-faint">Nothing in the cluster changes while you type: every write is answered by a dry run.</p>
          </GlanceFrame>
        ) : (
          <>
            <div className="min-h-0 flex-1 overflow-hidden">
              <Facts facts={FACT_NAMES.map((name) => ({ name, value: "–", note: "", tone: "quiet" }))} />
            </div>
            <div className="flex h-11 shrink-0 items-center border-t border-line px-3.5 text-xs text-faint @max-xl:h-18">
              Nothing runs while you type.
            </div>
          </>
        )}
        <Foot {...proposing} canPropose={false} mine={!empty && proposing.mine}>
          <p className="text-dim">{error ? waits : "Policy is asked…"}</p>
        </Foot>
      </div>
      {empty && (
        <div className="absolute inset-0 flex flex-col items-center justify-center gap-1 px-6 text-center text-dim" role="status">
          <span className="flex items-center gap-2 font-medium text-fg">
            <MousePointerClick aria-hidden="true" className="size-4" /> {ask}
          </span>
          <span className="max-w-prose text-xs">You see what it would do before it runs; so does everybody in the room.</span>
        </div>
      )}
    </>
  );
}
