"use client";
import type { Connection, Document, DraftAnalysis } from "@interlock/protocol";
import { FileWarning } from "lucide-react";
import { useTheme } from "next-themes";
import { useEffect, useRef, useState } from "react";
import { toast } from "sonner";
import { Button } from "../../components/ui/button.tsx";
import { Spinner } from "../../components/ui/spinner.tsx";
import { StatusMessage } from "../../components/ui/status-message.tsx";
import { attentions, firstSuggestion } from "../impact/attention.ts";
import { FileBar } from "../files/file-bar.tsx";
import { isFile } from "../files/room-files.ts";
import { ImpactPanel } from "../impact/impact-panel.tsx";
import { useRoom, useSession, useView } from "../room/room-context.tsx";
import { useStore } from "../room/store.ts";
import { useBehind } from "./behind.ts";
import { DocumentEditor } from "./document-editor.ts";
import "./editor.css";
import { ExitHint } from "./exit-hint.tsx";
import { type Demand, demandAfter, demandNow, propose, type Statements } from "./proposal.ts";
import { ProposalDialog } from "./proposal-dialog.tsx";

/** A shared document: its editor, and under it what the statement at the cursor would do. */
export function DocumentPanel({ document }: { document: Document }) {
  const session = useSession();
  const refused = useStore(session.documents.refused, (all) => all.get(document.id));
  if (refused)
    return (
      <StatusMessage
        icon={FileWarning}
        tone="warn"
        title="This document was cut off from the room"
        actions={
          <Button variant="primary" onClick={() => session.documents.reload(document.id)}>
            Reload the document
          </Button>
        }
      >
        {refused.detail ?? refused.title}. What you typed since then was not saved; copy what you need before you reload it. {refused.next}
      </StatusMessage>
    );
  return <OpenDocument document={document} />;
}

function OpenDocument({ document }: { document: Document }) {
  const session = useSession();
  const me = useRoom((state) => state.me);
  const role = useRoom((state) => state.role);
  const open = useRoom((state) => state.room?.open ?? true);
  const live = useRoom((state) => state.link.phase === "live");
  const drafts = useRoom((state) => state.drafts);
  const synced = useStore(session.documents.status, (all) => all.get(document.id)?.synced ?? false);
  const everSynced = useEver(synced);
  const { host, editor } = useEditor(document, { propose: (dryRun) => void start(dryRun), suggest: takeSafest });
  const [demand, setDemand] = useState<Demand>();
  const [busy, setBusy] = useState(false);
  const readOnly = role === "observer" || !everSynced;

  const own = drafts.find((draft) => draft.documentId === document.id && draft.userId === me?.id);
  const other = drafts.findLast((draft) => draft.documentId === document.id && draft.userId !== me?.id);
  const shown = own ?? other;

  const behind = useBehind(editor, own);

  useEffect(() => editor?.setReadOnly(readOnly), [editor, readOnly]);
  useEffect(() => editor?.showStatement(own), [editor, own, everSynced]);
  useEffect(() => editor?.showDiagnostics((own ?? other)?.diagnostics ?? []), [editor, own, other]);
  useEffect(() => {
    const line = editor && !readOnly ? session.takeLine(document.id) : undefined;
    if (line !== undefined) editor?.insertLine(line);
  }, [session, editor, readOnly, document.id]);
  useEffect(() => {
    if (live) editor?.refocus();
  }, [editor, live]);
  const typeInto = useView((view) => (view.typeInto?.documentId === document.id ? view.typeInto : undefined));
  useEffect(() => {
    if (!typeInto || !editor) return;
    // Once: a dock that is made anew later must not take the keyboard.
    session.show({ typeInto: undefined });
    editor.takeKeyboardSoon();
  }, [session, typeInto, editor]);

  function takeSafest() {
    const safest = own?.impact && firstSuggestion(attentions(own.impact));
    if (safest && own && editor && !readOnly) applySuggestion(editor, own, safest);
  }

  async function send(next: Demand, said: Statements) {
    if (!editor) return;
    setBusy(true);
    const sent = await propose(session, document.id, editor, next, said);
    setBusy(false);
    setDemand((open) => demandAfter(open, sent));
    if (sent === "proposed") editor.takeKeyboardBack();
  }

  const connections = useRoom((state) => state.connections);
  const target = connections.find(({ id }) => id === document.connectionId);
  const hosts = target && severalHosts(target, connections);

  async function start(dryRun: boolean, several = false) {
    if (!editor || readOnly || busy) return;
    if (isFile(document)) {
      toast(`${document.name} is a file, not a command.`, {
        description: `A command reads it by its name: kubectl apply -f ${document.name}`,
      });
      return;
    }
    setBusy(true);
    const next = await demandNow(session, document.id, editor, dryRun);
    setBusy(false);
    if (!next) return;
    if (several && hosts) setDemand({ ...next, hosts });
    else if (next.reason || next.maxRows) setDemand(next);
    else await send(next, {});
  }

  return (
    // In a window that is too low for both, the editor and the impact scroll together: neither is cut off.
    <div data-place="editor" tabIndex={-1} className="h-full overflow-y-auto bg-bg outline-none">
      <div className="flex h-full min-h-104 flex-col">
        <div className="relative min-h-24 flex-1">
          <div ref={host} className="absolute inset-0" data-testid="editor" />
          {editor && !readOnly && <ExitHint exit={editor.exit} />}
          {!everSynced && (
            <div className="absolute inset-0 grid place-items-center bg-bg">
              <Spinner label="Opening the document" />
            </div>
          )}
          {role === "observer" && (
            <span className="pointer-events-none absolute right-4 bottom-3 rounded-sm bg-unknown-soft px-1.5 py-px text-2xs text-dim">
              you observe: read only
            </span>
          )}
        </div>
        {isFile(document) ? (
          <FileBar document={document} />
        ) : (
          <ImpactPanel
            language={document.language}
            draft={shown}
            mine={own !== undefined}
            behind={behind ? "working" : undefined}
            canPropose={role !== "observer" && live && own !== undefined}
            closed={!open}
            busy={busy}
            onPropose={(dryRun) => void start(dryRun)}
            onSeveral={hosts && own ? () => void start(false, true) : undefined}
            onSuggestion={own && editor && !readOnly ? (suggestion) => applySuggestion(editor, own, suggestion) : undefined}
          />
        )}
      </div>
      {demand && (
        <ProposalDialog demand={demand} busy={busy} onSay={(said) => void send(demand, said)} onClose={() => setDemand(undefined)} />
      )}
    </div>
  );
}

/** The hosts that a script of one could run on as well; undefined where there are none. */
function severalHosts(own: Connection, connections: readonly Connection[]): { own: Connection; others: Connection[] } | undefined {
  const others = own.connector === "ssh" ? connections.filter(({ id, connector }) => connector === own.connector && id !== own.id) : [];
  return others.length === 0 ? undefined : { own, others };
}

/** Puts a safer text in place of the statement it is for. */
function applySuggestion(editor: DocumentEditor, draft: DraftAnalysis, { statement, text }: { statement: number; text: string }) {
  const place = draft.impact?.statements.find(({ index }) => index === statement);
  if (place && editor.isCurrent(draft)) editor.replace({ start: draft.start + place.start, end: draft.start + place.end }, text);
}

/** Makes the editor when the host is in the page and disposes it when it leaves. */
function useEditor(document: Document, acts: { propose: (dryRun: boolean) => void; suggest: () => void }) {
  const session = useSession();
  const host = useRef<HTMLDivElement>(null);
  const [editor, setEditor] = useState<DocumentEditor>();
  const { resolvedTheme } = useTheme();
  const latest = useRef(acts);
  useEffect(() => {
    latest.current = acts;
  });

  useEffect(() => {
    let made: DocumentEditor | undefined;
    let unmounted = false;
    let withdraw = () => {};
    const connection = session.documents.open(document.id);
    // Monaco needs a browser as soon as it loads, and it is large: it comes by itself.
    void import("./monaco.ts").then(({ monaco, defineTheme }) => {
      if (unmounted || !host.current) return;
      defineTheme();
      const offer = {
        documentId: document.id,
        insert: (text: string) => made?.insert(text),
        insertLine: (line: string) => made?.insertLine(line) ?? false,
        propose: (dryRun: boolean) => latest.current.propose(dryRun),
      };
      made = new DocumentEditor({
        monaco,
        host: host.current,
        session,
        document,
        connection,
        onPropose: (dryRun) => latest.current.propose(dryRun),
        onSuggestion: () => latest.current.suggest(),
        onFocus: () => {
          withdraw = session.offerEditor(offer);
        },
      });
      withdraw = session.offerEditor(offer);
      setEditor(made);
    });
    return () => {
      unmounted = true;
      withdraw();
      setEditor(undefined);
      made?.dispose();
    };
    // The document's name may change under an open editor; its id says which one it is.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [session, document.id]);

  useEffect(() => {
    // After next-themes has set the attribute the tokens go by.
    if (resolvedTheme && editor) void import("./monaco.ts").then(({ defineTheme }) => defineTheme());
  }, [resolvedTheme, editor]);

  return { host, editor };
}

/** True once `now` was true: a document that was there stays in view while the connection is away. */
function useEver(now: boolean): boolean {
  const [ever, setEver] = useState(now);
  if (now && !ever) setEver(true);
  return ever;
}
