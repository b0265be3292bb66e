import { fixText, type PostureFinding } from "@interlock/protocol";
import { Copy, Wrench } from "lucide-react";
import { Badge } from "../../components/ui/badge.tsx";
import { Button } from "../../components/ui/button.tsx";

import { copyText } from "../clipboard/to-clipboard.ts";
import { FixLines } from "./fix-lines.tsx";

/** One finding: what, where, by which fields, and what to do about it. */
export function FindingRow({ finding, onPropose }: { finding: PostureFinding; onPropose?: (() => void) | undefined }) {
  const { object, says, evidence, fix, system } = finding;
  const lines = fix.lines.length + fix.choices.length > 0;
  return (
    <li className="rounded-lg border border-line bg-bg">
      <div className="flex flex-wrap items-baseline gap-x-2 gap-y-0.5 px-3 pt-2.5">
        <h3 className="min-w-0 font-mono text-xs font-semibold break-words">{object}</h3>
        {system && <Badge size="sm">Kubernetes&apos; own</Badge>}
        <p className="basis-full text-sm">{says}</p>
      </div>
      <dl aria-label="Evidence" className="mt-1.5 flex flex-col gap-0.5 px-3 font-mono text-xs">
        {evidence.map((one) => (
          <div key={`${one.object} ${one.path}`} className="min-w-0 break-words">
            <dt className="inline text-dim">
              {one.object !== object && `${one.object} · `}
              {one.path}
            </dt>
            <span aria-hidden="true" className="text-faint">
              {" = "}
            </span>
            <dd className="inline text-fg">{one.value}</dd>
          </div>
        ))}
      </dl>
      <div className="mt-2.5 flex flex-col gap-2 border-t border-line px-3 py-2.5">
        {fix.decision !== undefined && (
          <p className="text-sm text-pretty">
            <span className="font-semibold">Decide: </span>
            {fix.decision}
          </p>
        )}
        {lines && <FixLines fix={fix} />}
        {!lines && fix.patch !== undefined && <pre className="overflow-x-auto font-mono text-xs text-dim">{fix.patch}</pre>}
        {lines && (
          <div className="flex flex-wrap gap-2">
            {onPropose && (
              <Button size="sm" onClick={onPropose} aria-label={`Propose this fix for ${object}`}>
                <Wrench aria-hidden="true" /> Propose this fix
              </Button>
            )}
            <Button
              size="sm"
              variant="ghost"
              aria-label={`Copy the fix for ${object}`}
              onClick={() => void copyText(fixText(finding), "The lines are copied.")}
            >
              <Copy aria-hidden="true" /> Copy
            </Button>
          </div>
        )}
      </div>
    </li>
  );
}
