"use client";
import { LIMITS } from "@interlock/protocol";
import { type FormEvent, useId, useState } from "react";
import { EffectBadge } from "../../components/ui/badge.tsx";
import { Button } from "../../components/ui/button.tsx";
import { Dialog, DialogContent, DialogDescription, DialogFooter, DialogHeader, DialogTitle } from "../../components/ui/dialog.tsx";
import { Input, Label, Textarea } from "../../components/ui/input.tsx";
import { Kbd } from "../../components/ui/kbd.tsx";
import { impactSentence } from "../impact/impact-sentence.ts";
import { suggestedMaxRows } from "../impact/verdict-sentence.ts";
import { HostChoice, NO_HOSTS } from "../hosts/host-choice.tsx";
import { isScript } from "../hosts/script-words.ts";
import { isPlan } from "../plan/plan-objects.ts";
import { FrozenCode, frozenLanguage } from "../queue/frozen-code.tsx";
import type { Demand, Statements } from "./proposal.ts";

interface ProposalDialogProps {
  demand: Demand;
  /** It is on its way: nothing is sent twice. */
  busy: boolean;
  onSay: (said: Statements) => void;
  onClose: () => void;
}

/** Asks the author for what the verdict demands: why, and how many rows at most. */
export function ProposalDialog({ demand, busy, onSay, onClose }: ProposalDialogProps) {
  const impact = demand.draft?.impact;
  const [reason, setReason] = useState("");
  const [maxRows, setMaxRows] = useState(() => String(impact ? suggestedMaxRows(impact) : 100));
  const [chosen, setChosen] = useState(NO_HOSTS);
  const id = useId();
  const rows = Number(maxRows.replaceAll(/[\s,_]/gu, ""));
  const rowsFine = !demand.maxRows || (Number.isInteger(rows) && rows >= 0 && maxRows.trim() !== "");
  const reasonFine = !demand.reason || reason.trim() !== "";

  const submit = (event?: FormEvent) => {
    event?.preventDefault();
    if (busy || !rowsFine || !reasonFine) return;
    onSay({
      ...(demand.reason ? { reason: reason.trim() } : {}),
      ...(demand.maxRows ? { maxRows: rows } : {}),
      ...(demand.hosts && chosen.hosts.length > 0 ? { hosts: chosen.hosts, hostOrder: chosen.order } : {}),
    });
  };

  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent className="w-[min(92vw,34rem)]">
        <DialogHeader>
          <DialogTitle className="flex items-center gap-2">
            {impact && <EffectBadge effect={impact.effect} />}
            {demand.dryRun && "Dry run: "}
            {impact ? impactSentence(impact).big : "Propose this command"}
          </DialogTitle>
          <DialogDescription>{demand.detail ?? demand.draft?.verdict?.message ?? "Reviewers see what you write here."}</DialogDescription>
        </DialogHeader>
        <FrozenCode
          text={demand.range.text}
          language={frozenLanguage(impact)}
          className="max-h-40 overflow-auto rounded-md border border-line bg-bg p-2.5"
        />
        <form
          onSubmit={submit}
          onKeyDown={(event) => {
            if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) submit(event);
          }}
          className="flex flex-col gap-3"
        >
          {demand.hosts && <HostChoice {...demand.hosts} text={demand.range.text} chosen={chosen} onChoose={setChosen} />}
          {demand.reason && (
            <div className="flex flex-col gap-1">
              <Label htmlFor={`${id}-reason`}>Why is this needed?</Label>
              <Textarea
                id={`${id}-reason`}
                autoFocus
                required
                maxLength={LIMITS.reasonChars}
                value={reason}
                onChange={(event) => setReason(event.target.value)}
                placeholder={
                  impact && isScript(impact)
                    ? "The checkout workers hang since 02:40; a restart clears it, as on Monday."
                    : impact && isPlan(impact)
                      ? "Moved to the new cluster on Tuesday; nobody sends traffic here since."
                      : "Orders stuck in pending since the 23:40 deploy; payments confirmed they were never charged."
                }
              />
            </div>
          )}
          {demand.maxRows && (
            <div className="flex flex-col gap-1">
              <Label htmlFor={`${id}-rows`}>Roll back if it writes more rows in one table than</Label>
              <Input
                id={`${id}-rows`}
                autoFocus={!demand.reason}
                inputMode="numeric"
                required
                aria-invalid={!rowsFine}
                aria-describedby={`${id}-rows-why`}
                value={maxRows}
                onChange={(event) => setMaxRows(event.target.value)}
                className="w-40 tabular-nums"
              />
              <p id={`${id}-rows-why`} className="text-xs text-dim">
                {rowsFine
                  ? "Not every figure is exact, so the limit is yours to state. It becomes part of what is approved."
                  : "A whole number, please."}
              </p>
            </div>
          )}
          <DialogFooter>
            <Button onClick={onClose}>Cancel</Button>
            <Button type="submit" variant="primary" disabled={busy || !rowsFine || !reasonFine}>
              {demand.dryRun ? "Propose a dry run" : chosen.hosts.length > 0 ? `Propose on ${chosen.hosts.length + 1} hosts` : "Propose"}{" "}
              <Kbd keys="Mod+Enter" className="border-transparent bg-transparent text-current" />
            </Button>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  );
}
