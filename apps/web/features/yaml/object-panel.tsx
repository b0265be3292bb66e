"use client";
import { Eye, EyeOff, FileWarning, GitCompareArrows, RotateCcw, X } from "lucide-react";
import { useTheme } from "next-themes";
import { useEffect, useRef, useState } from "react";
import { toast } from "sonner";
import { Badge, EnvironmentBadge } from "../../components/ui/badge.tsx";
import { Button } from "../../components/ui/button.tsx";
import { Kbd } from "../../components/ui/kbd.tsx";
import { Spinner } from "../../components/ui/spinner.tsx";
import { StatusMessage } from "../../components/ui/status-message.tsx";
import "../editor/editor.css";
import { ExitHint } from "../editor/exit-hint.tsx";
import { useCanAct, useNow, useRoom, useSession } from "../room/room-context.tsx";
import { useStore } from "../room/store.ts";
import { ago } from "../rooms/ago.ts";
import type { BufferState, ObjectBuffer } from "./object-buffer.ts";
import type { ObjectEditor } from "./object-editor.ts";
import { DriftStrip, hasDrifted, ProposedStrip, Strip } from "./object-strips.tsx";
import { objectTitle, type OpenObject } from "./open-objects.ts";
import { SavePlanPart } from "./save-plan.tsx";
import { mayType } from "./save-rights.ts";

/** One object of a target as YAML: to read, and to edit. Saving makes a plan, which is proposed like any command. */
export function ObjectPanel({ paneKey, onClose }: { paneKey: string; onClose: () => void }) {
  const session = useSession();
  const pane = useStore(session.openObjects.panes, (panes) => panes.find(({ key }) => key === paneKey));
  const buffer = session.openObjects.buffer(paneKey);
  return pane && buffer ? <OpenBuffer pane={pane} buffer={buffer} onClose={onClose} /> : null;
}

function OpenBuffer({ pane, buffer, onClose }: { pane: OpenObject; buffer: ObjectBuffer; onClose: () => void }) {
  const session = useSession();
  const { target } = pane;
  const connection = useRoom((state) => state.connections.find(({ id }) => id === target.connectionId));
  const canAct = useCanAct();
  const observer = useRoom((room) => room.role === "observer");
  const roomOpen = useRoom((state) => state.room?.open ?? true);
  const state = useStore(buffer.state, (now) => now);
  const [whole, setWhole] = useState(false);
  const [errors, setErrors] = useState(0);
  const editable = useRoom((room) => mayType(room, state));
  /** Proposes the plan in view, where there is one that may be proposed. */
  const proposer = useRef<(dryRun: boolean) => void>(undefined);
  const plan = () => {
    if (canAct) void buffer.plan();
    else if (!observer) toast("It is planned once there is a connection again.");
  };
  const propose = (dryRun: boolean) => (proposer.current ? proposer.current(dryRun) : plan());
  const { host, editor } = useEditor(pane, buffer, { plan, propose });
  const latest = useRef(propose);
  useEffect(() => {
    latest.current = propose;
  });
  useEffect(() => session.offerProposer(pane.key, (dryRun) => latest.current(dryRun)), [session, pane.key]);
  const edited = state.base !== undefined && state.text !== state.base.text;

  useEffect(() => editor?.setReadOnly(!editable), [editor, editable]);
  useEffect(() => editor?.showWhole(whole), [editor, whole]);
  useEffect(() => {
    if (state.schema) editor?.setSchema(state.schema);
  }, [editor, state.schema]);
  useEffect(() => {
    if (state.base) editor?.show(state.text, (state.latest ?? state.base).full);
  }, [editor, state.text, state.base, state.latest]);
  useEffect(() => {
    const listening = editor?.onErrors(setErrors);
    return () => listening?.dispose();
  }, [editor]);

  const discard = () => {
    const { text, base, latest } = state;
    if (base === undefined) return;
    editor?.replace((latest ?? base).text);
    buffer.discard();
    // The button has nothing to do any more, so the keyboard must be somewhere else.
    editor?.editor.focus();
    session.tellDiscarded(target, { base, text });
  };

  return (
    <div data-place="editor" tabIndex={-1} className="h-full overflow-y-auto bg-bg outline-none">
      <div className="flex h-full min-h-96 flex-col">
        <header className="flex min-h-9 shrink-0 flex-wrap items-center gap-x-2.5 gap-y-1 border-b border-line bg-panel px-3.5 py-1">
          <h2 className="min-w-0 truncate text-sm">
            <span className="text-dim">{target.kindName}</span> <span className="font-semibold">{objectTitle(target)}</span>
          </h2>
          {connection && <EnvironmentBadge environment={connection.environment} />}
          {edited ? <Badge tone="warn">edited</Badge> : <LastChange state={state} />}
          {errors > 0 && <Badge tone="bad">{errors === 1 ? "1 problem" : `${errors} problems`}</Badge>}
          <span className="ml-auto flex flex-wrap items-center justify-end gap-1.5">
            <Button
              variant="ghost"
              aria-pressed={whole}
              title="Who owns which field, as the server keeps it"
              disabled={state.base === undefined}
              onClick={() => setWhole(!whole)}
            >
              {whole ? <EyeOff /> : <Eye />} managedFields
            </Button>
            {!observer && (
              <Button
                variant="ghost"
                disabled={!edited || state.proposing}
                title={edited ? "Shows the object as it is; undo brings your edit back" : "Nothing is edited"}
                onClick={discard}
              >
                <RotateCcw /> <span className="max-md:sr-only">Discard</span>
              </Button>
            )}
            {!observer && (
              <Button
                variant={state.plan?.of === state.text ? "default" : "primary"}
                disabled={!canAct || !editable || !edited || state.planning}
                onClick={() => void buffer.plan()}
                title={
                  edited
                    ? `Works out what saving would do; nothing is written${canAct ? "" : ". It waits for the connection"}`
                    : "Nothing is edited"
                }
              >
                {state.planning ? <Spinner className="size-3.5" /> : <GitCompareArrows />} Plan the change
                <Kbd keys="Mod+S" className="border-transparent bg-transparent px-0 text-current max-md:hidden" />
              </Button>
            )}
            <Button variant="ghost" size="icon-sm" aria-label={`Close ${objectTitle(target)}`} onClick={onClose}>
              <X />
            </Button>
          </span>
        </header>
        {state.proposed && <ProposedStrip state={state} proposed={state.proposed} edited={edited} />}
        {edited && state.restored && state.proposed?.text !== state.text && (
          <Strip tone="warn">This is your edit from before. It is not saved: plan it, or discard it.</Strip>
        )}
        {state.unread !== undefined && (
          <Strip tone="warn">
            <span className="min-w-0 wrap-anywhere">It could not be read again, so it may be otherwise by now: {state.unread}</span>
            <Button size="sm" className="ml-auto" onClick={() => void buffer.read()}>
              Try again
            </Button>
          </Strip>
        )}
        {state.gone && (
          <Strip tone="bad">
            {target.kindName} {objectTitle(target)} is there no more.{edited && " What you wrote is kept here until you discard it."}
          </Strip>
        )}
        {edited && !state.gone && hasDrifted(state) && <DriftStrip state={state} onShow={() => void buffer.plan()} />}
        <div className="relative min-h-32 flex-1">
          <div ref={host} className="absolute inset-0" data-testid="object-editor" />
          {editor && editable && !whole && <ExitHint exit={editor.exit} />}
          {state.phase === "loading" && (
            <div className="absolute inset-0 grid place-items-center bg-bg">
              <Spinner label="Reading the object" />
            </div>
          )}
          {/* Over the editor, which stays: it shows the object as soon as it can be read. */}
          {state.phase === "failed" && (
            <div className="absolute inset-0 overflow-y-auto bg-bg">
              <StatusMessage
                icon={FileWarning}
                tone="warn"
                title={`${target.kindName} ${objectTitle(target)} cannot be shown`}
                actions={<Button onClick={() => void buffer.read()}>Try again</Button>}
              >
                {state.why}
              </StatusMessage>
            </div>
          )}
          {(whole || observer) && (
            <span className="pointer-events-none absolute right-4 bottom-3 rounded-sm bg-unknown-soft px-1.5 py-px text-2xs text-dim">
              {whole ? "with managedFields: read only" : "you observe: read only"}
            </span>
          )}
        </div>
        {state.plan && (
          <SavePlanPart proposer={proposer} plan={state.plan} buffer={buffer} state={state} canAct={canAct} closed={!roomOpen} />
        )}
      </div>
    </div>
  );
}

function LastChange({ state: { base } }: { state: BufferState }) {
  const now = useNow(10_000);
  if (base?.changed === undefined) return null;
  const { manager, at } = base.changed;
  return (
    <span className="truncate text-xs text-faint" title={`${manager}, ${new Date(at).toLocaleString("en")}`}>
      changed {ago(at, now)} by {manager}
    </span>
  );
}

/** Makes the editor when the host is in the page and disposes it when it leaves; the buffer outlives it. */
function useEditor(pane: OpenObject, buffer: ObjectBuffer, acts: { plan: () => void; propose: (dryRun: boolean) => void }) {
  const host = useRef<HTMLDivElement>(null);
  const [editor, setEditor] = useState<ObjectEditor>();
  const { resolvedTheme } = useTheme();
  const latest = useRef(acts);
  useEffect(() => {
    latest.current = acts;
  });
  useEffect(() => {
    let made: ObjectEditor | undefined;
    let unmounted = false;
    void Promise.all([import("../editor/monaco.ts"), import("./object-editor.ts")]).then(
      ([{ monaco, defineTheme }, { ObjectEditor: Made }]) => {
        if (unmounted || !host.current) return;
        defineTheme();
        made = new Made({
          monaco,
          host: host.current,
          key: pane.key,
          label: `${pane.target.kindName} ${objectTitle(pane.target)}`,
          onText: (text) => buffer.write(text),
          onSave: () => latest.current.plan(),
          onPropose: () => latest.current.propose(false),
        });
        setEditor(made);
      },
    );
    return () => {
      unmounted = true;
      setEditor(undefined);
      made?.dispose();
    };
  }, [pane, buffer]);
  useEffect(() => {
    // After next-themes has set the attribute the tokens go by.
    if (resolvedTheme && editor) void import("../editor/monaco.ts").then(({ defineTheme }) => defineTheme());
  }, [resolvedTheme, editor]);
  return { host, editor };
}
