"use client";
import { type Command, LIMITS, type Loss } from "@interlock/protocol";
import { FlaskConical, Undo2 } from "lucide-react";
import { type FormEvent, useId, useState } from "react";
import { cn } from "../../components/ui/class-names.ts";
import { Button } from "../../components/ui/button.tsx";
import { Dialog, DialogContent, DialogDescription, DialogFooter, DialogHeader, DialogTitle } from "../../components/ui/dialog.tsx";
import { afterDialogs } from "../../components/ui/focus-return.tsx";
import { Input, Label, Textarea } from "../../components/ui/input.tsx";
import { count } from "../impact/figures.ts";
import { commandReversal } from "../impact/reversal.ts";
import { losses } from "../plan/losses.ts";
import { newKey } from "../room/request-key.ts";
import { useSession } from "../room/room-context.tsx";
import { day, isOfObjects, rowWord, thingsOf, undoScope } from "./undo-words.ts";

/** Says what an undo would put back and proposes it, for real or as a dry run. What the server still wants to know is asked for here. */
export function UndoDialog({ command, onClose }: { command: Command; onClose: () => void }) {
  const session = useSession();
  const id = useId();
  const [reason, setReason] = useState("");
  const [maxRows, setMaxRows] = useState("");
  const [wants, setWants] = useState({ reason: false, maxRows: false });
  const [refusal, setRefusal] = useState<string>();
  const [busy, setBusy] = useState(false);
  const rows = Number(maxRows.replaceAll(/[\s,_]/gu, ""));
  const rowsFine = !wants.maxRows || (maxRows.trim() !== "" && Number.isInteger(rows) && rows >= 0);
  const off = busy || !rowsFine || (wants.reason && reason.trim() === "");

  const [conflicts, setConflicts] = useState<string[]>([]);
  const objects = isOfObjects(command);
  const nothingLeft = conflicts.length >= (command.undo?.rows ?? Infinity);

  const send = async (dryRun: boolean, rest = false) => {
    if (off) return;
    setBusy(true);
    setRefusal(undefined);
    setConflicts([]);
    const answer = await session.ask(
      {
        type: "command.undo",
        key: newKey(),
        commandId: command.id,
        dryRun,
        ...(reason.trim() === "" ? {} : { reason: reason.trim() }),
        ...(wants.maxRows ? { maxRows: rows } : {}),
        ...(rest ? { rest } : {}),
      },
      ["reason_required", "max_rows_required", "undo_unavailable", "undo_conflict"],
    );
    setBusy(false);
    if (answer.ok) {
      const { commandId } = answer.value;
      onClose();
      // The button this began with may be gone: the keyboard goes to the new command.
      if (typeof commandId === "string") afterDialogs(() => session.showCommand(commandId));
      return;
    }
    if (answer.code === "reason_required") setWants((known) => ({ ...known, reason: true }));
    if (answer.code === "max_rows_required") setWants((known) => ({ ...known, maxRows: true }));
    if (answer.code === "undo_conflict" && objects) setConflicts((answer.detail ?? answer.title).split(";\n"));
    else setRefusal([answer.title, answer.detail].filter(Boolean).join(": "));
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void send(false);
  };

  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent className="w-[min(92vw,34rem)]">
        <DialogHeader>
          <DialogTitle className="flex items-center gap-2">
            <Undo2 aria-hidden="true" className="size-4 shrink-0" /> Undo {command.title}
          </DialogTitle>
          <DialogDescription>
            This proposes a command of its own: policy judges it, somebody else agrees to it, and it runs once. If any of the{" "}
            {objects ? "objects" : "rows"} was changed since, nothing is put back and you see which ones.
          </DialogDescription>
        </DialogHeader>
        <WhatComesBack command={command} />
        <form
          onSubmit={submit}
          onKeyDown={(event) => {
            if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) submit(event);
          }}
          className="flex flex-col gap-3"
        >
          <div className="flex flex-col gap-1">
            <Label htmlFor={`${id}-reason`}>{wants.reason ? "Why is this needed?" : "Why? Reviewers see it (optional)"}</Label>
            <Textarea
              id={`${id}-reason`}
              autoFocus
              required={wants.reason}
              aria-invalid={wants.reason && reason.trim() === ""}
              maxLength={LIMITS.reasonChars}
              value={reason}
              onChange={(event) => setReason(event.target.value)}
              placeholder={objects ? "It is still needed." : "These orders belonged to another incident."}
            />
          </div>
          {wants.maxRows && (
            <div className="flex flex-col gap-1">
              <Label htmlFor={`${id}-rows`}>Roll back if it writes more rows in one table than</Label>
              <Input
                id={`${id}-rows`}
                inputMode="numeric"
                required
                aria-invalid={!rowsFine}
                value={maxRows}
                onChange={(event) => setMaxRows(event.target.value)}
                className="w-40 tabular-nums"
              />
            </div>
          )}
          {conflicts.length > 0 && <Conflicts lines={conflicts} nothingLeft={nothingLeft} />}
          {refusal !== undefined && (
            <p role="alert" className="text-xs text-delete-text wrap-anywhere">
              {refusal}
            </p>
          )}
          <DialogFooter>
            <Button onClick={onClose}>{nothingLeft ? "Close" : "Cancel"}</Button>
            {/* Every request of an undo of objects is tried with a dry run anyway. */}
            {!objects && (
              <Button disabled={off} onClick={() => void send(true)}>
                <FlaskConical aria-hidden="true" /> Try it first (dry run)
              </Button>
            )}
            {nothingLeft ? null : conflicts.length > 0 ? (
              <Button variant="primary" disabled={off} onClick={() => void send(false, true)}>
                Put back the rest
              </Button>
            ) : (
              <Button type="submit" variant="primary" disabled={off}>
                {busy && objects ? "Looking at the cluster …" : "Propose undo"}
              </Button>
            )}
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  );
}

/** What is not as the run left it, line by line. */
function Conflicts({ lines, nothingLeft }: { lines: readonly string[]; nothingLeft: boolean }) {
  const [it, is] = lines.length === 1 ? ["it", "it is"] : ["these", "they are"];
  return (
    <div role="alert" className="flex flex-col gap-1.5 text-xs" data-testid="undo-conflicts">
      <p className="text-modify-text">
        {nothingLeft
          ? `Not as the run left ${lines.length === 1 ? "it" : "them"}, so there is nothing that could be put back. Nothing was changed.`
          : `Not as the run left ${lines.length === 1 ? "it" : "them"}; nothing is proposed yet. You can leave ${it} as ${is} and put back the rest.`}
      </p>
      {/* It scrolls, so the keyboard must reach it. */}
      <ul
        tabIndex={0}
        aria-label="Objects that are not as the run left them"
        className="flex max-h-40 flex-col gap-1 overflow-y-auto rounded-md border border-line bg-bg p-2"
      >
        {lines.map((line) => (
          <li key={line} className="font-mono wrap-anywhere">
            {line}
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Of objects of a cluster: how many are put back, and what is not. */
function WhatObjectsComeBack({ command }: { command: Command }) {
  const { grave, minor } = losses(command.impact);
  const { undo } = command;
  return (
    <div className="flex flex-col gap-2 rounded-md border border-line bg-bg p-2.5 text-xs" data-testid="undo-scope">
      {undo && (
        <p>
          <strong className="font-medium">{thingsOf(command, undo.rows)}</strong> {undo.rows === 1 ? "becomes" : "become"} again what{" "}
          {undo.rows === 1 ? "it was before it ran" : "they were before it ran, in the order in which they need each other"}. What
          controllers make from {undo.rows === 1 ? "it" : "them"} is left to these.
        </p>
      )}
      {grave.length > 0 && <Losses title="Does not come back" tone="text-delete-text" losses={grave} />}
      {minor.length > 0 && <Losses title="Not the same as before" tone="text-dim" losses={minor} />}
      {undo && (
        <p className="text-dim">
          {undo.rows === 1 ? "Its manifest is" : "Their manifests are"} kept, encrypted, until {day(undo.expiresAt)}.
        </p>
      )}
    </div>
  );
}

function Losses({ title, tone, losses }: { title: string; tone: string; losses: readonly Loss[] }) {
  return (
    <div>
      <p className={cn("font-medium", tone)}>{title}</p>
      {/* It scrolls, so the keyboard must reach it. */}
      <ul tabIndex={0} aria-label={title} className="mt-0.5 flex max-h-52 flex-col gap-1 overflow-y-auto">
        {losses.map(({ object, why }) => (
          <li key={`${object} ${why}`} className="wrap-anywhere">
            <code>{object}</code> <span className="text-dim">{why}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

function WhatComesBack({ command }: { command: Command }) {
  if (isOfObjects(command)) return <WhatObjectsComeBack command={command} />;
  return <WhatRowsComeBack command={command} />;
}

function WhatRowsComeBack({ command }: { command: Command }) {
  const { lines, stays } = undoScope(command);
  const why = commandReversal(command)?.why;
  const { undo } = command;
  return (
    <div className="flex flex-col gap-1.5 rounded-md border border-line bg-bg p-2.5 text-xs" data-testid="undo-scope">
      {lines.length > 0 ? (
        <ul className="flex flex-col gap-0.5">
          {lines.map(({ object, words }) => (
            <li key={`${object} ${words}`} className="flex flex-wrap gap-x-3">
              <code className="min-w-0 wrap-anywhere">{object}</code>
              <span className="ml-auto font-medium tabular-nums">{words}</span>
            </li>
          ))}
        </ul>
      ) : (
        undo && (
          <p>
            <strong className="font-medium">
              {count(undo.rows)} {rowWord(undo.rows)}
            </strong>{" "}
            become again what they were before it ran.
          </p>
        )
      )}
      {stays.length > 0 && (
        <p className="text-modify-text">
          Stays as it is: <span className="font-mono">{stays.join(", ")}</span>, which triggers wrote.
        </p>
      )}
      {why !== undefined && <p className="text-dim">Said beforehand: {why}.</p>}
      {undo && <p className="text-dim">The rows are kept, encrypted, until {day(undo.expiresAt)}.</p>}
    </div>
  );
}
