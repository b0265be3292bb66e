"use client";
import { type Command, LIMITS } from "@interlock/protocol";
import { FlaskConical, Undo2 } from "lucide-react";
import { type FormEvent, useId, useState } from "react";
import { Button } from "../../components/ui/button.tsx";
import { Dialog, DialogContent, DialogDescription, DialogFooter, DialogHeader, DialogTitle } from "../../components/ui/dialog.tsx";
import { Input, Label, Textarea } from "../../components/ui/input.tsx";
import { count } from "../impact/figures.ts";
import { commandReversal } from "../impact/reversal.ts";
import { AFTER_DIALOGS_MS } from "../room/places.ts";
import { newKey } from "../room/request-key.ts";
import { useSession } from "../room/room-context.tsx";
import { day, rowWord, undoScope } from "./undo-words.ts";

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

  const send = async (dryRun: boolean) => {
    if (off) return;
    setBusy(true);
    setRefusal(undefined);
    const answer = await session.ask(
      {
        type: "command.undo",
        key: newKey(),
        commandId: command.id,
        dryRun,
        ...(reason.trim() === "" ? {} : { reason: reason.trim() }),
        ...(wants.maxRows ? { maxRows: rows } : {}),
      },
      ["reason_required", "max_rows_required", "undo_unavailable"],
    );
    setBusy(false);
    if (answer.ok) {
      const { commandId } = answer.value;
      onClose();
      // The button this began with may be gone: the keyboard goes to the new command.
      if (typeof commandId === "string") setTimeout(() => session.showCommand(commandId), AFTER_DIALOGS_MS);
      return;
    }
    if (answer.code === "reason_required") setWants((known) => ({ ...known, reason: true }));
    if (answer.code === "max_rows_required") setWants((known) => ({ ...known, maxRows: true }));
    setRefusal([answer.title, answer.detail].filter(Boolean).join(": "));
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
            This proposes a command of its own: policy judges it, somebody else agrees to it, and it runs once. If any of the rows was
            changed since, nothing is put back and you see which ones.
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
              placeholder="These orders belonged to another incident."
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
          {refusal !== undefined && (
            <p role="alert" className="text-xs text-delete-text wrap-anywhere">
              {refusal}
            </p>
          )}
          <DialogFooter>
            <Button onClick={onClose}>Cancel</Button>
            <Button disabled={off} onClick={() => void send(true)}>
              <FlaskConical aria-hidden="true" /> Try it first (dry run)
            </Button>
            <Button type="submit" variant="primary" disabled={off}>
              Propose undo
            </Button>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  );
}

function WhatComesBack({ command }: { command: Command }) {
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
