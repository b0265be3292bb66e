"use client";
import type { Reachability } from "@interlock/protocol";
import { CircleHelp, RotateCcw, Search, TriangleAlert, Waypoints, X } from "lucide-react";
import { type FormEvent, useId } from "react";
import { EnvironmentBadge } from "../../components/ui/badge.tsx";
import { Button } from "../../components/ui/button.tsx";
import { Input, Label } from "../../components/ui/input.tsx";
import { Spinner } from "../../components/ui/spinner.tsx";
import { StatusMessage } from "../../components/ui/status-message.tsx";
import { count } from "../impact/figures.ts";
import { useRoom, useSession } from "../room/room-context.tsx";
import { useStore } from "../room/store.ts";
import type { Inquiry, InquiryState } from "./inquiry.ts";
import type { OpenInquiry } from "./open-inquiries.ts";
import { ReachAnswer } from "./reach-answer.tsx";
import { ReachChange } from "./reach-change.tsx";
import { useEndNames } from "./end-names.ts";
import { reachWords, type ReachTexts } from "./reach-text.ts";

/** "Why is this blocked?": a question about the network of a cluster, who decided, and the smallest change that opens it. */
export function ReachPanel({ paneKey, onClose }: { paneKey: string; onClose: () => void }) {
  const session = useSession();
  const pane = useStore(session.inquiries.panes, (panes) => panes.find(({ key }) => key === paneKey));
  const inquiry = session.inquiries.inquiry(paneKey);
  return pane && inquiry ? <OpenReach pane={pane} inquiry={inquiry} onClose={onClose} /> : null;
}

function OpenReach({ pane, inquiry, onClose }: { pane: OpenInquiry; inquiry: Inquiry; onClose: () => void }) {
  const connection = useRoom((state) => state.connections.find(({ id }) => id === pane.connectionId));
  const state = useStore(inquiry.state, (now) => now);
  const { answer } = state;
  const stale = answer !== undefined && !isSame(answer.of, state.texts);
  return (
    <section
      aria-label={`Why is this blocked? ${connection?.name ?? ""}`}
      data-place="editor"
      tabIndex={-1}
      className="@container flex h-full min-h-0 flex-col bg-bg outline-none"
    >
      <header className="flex min-h-9 shrink-0 flex-wrap items-center gap-x-2.5 gap-y-1 border-b border-line bg-panel px-3.5 py-1">
        <h2 className="text-sm font-semibold">Why is this blocked?</h2>
        <span className="text-xs text-dim">{connection?.name}</span>
        {connection && <EnvironmentBadge environment={connection.environment} />}
        {/* Always there, and of one height: what is put into a live region together with the region is not read out. */}
        <p role="status" data-testid="reach-status" className="ml-auto min-h-4 text-xs text-dim @max-md:order-last @max-md:basis-full">
          {state.asking ? (
            "Reading policies…"
          ) : stale ? (
            <span className="text-modify-text">Of what was asked before; ask again.</span>
          ) : (
            answer && <Basis answer={answer.value} />
          )}
        </p>
        <Button variant="ghost" size="icon-sm" aria-label="Close" onClick={onClose} className="@max-md:ml-auto">
          <X />
        </Button>
      </header>
      <Question connectionId={pane.connectionId} inquiry={inquiry} state={state} stale={stale} />
      {/* It scrolls, so the keyboard must reach it. */}
      <div className="min-h-0 flex-1 overflow-y-auto focus-visible:-outline-offset-2" tabIndex={0} role="group" aria-label="Answer">
        {state.refusal !== undefined && (
          <p role="alert" className="flex gap-2 px-3.5 py-3 text-sm text-delete-text wrap-anywhere">
            <TriangleAlert aria-hidden="true" className="mt-0.5 size-4 shrink-0" />
            {state.refusal}
          </p>
        )}
        {answer === undefined && state.refusal === undefined && !state.asking && (
          <StatusMessage icon={CircleHelp} title="Which connection?">
            Two pods, a workload, a Service or an address, and a port. You see which policies decide, rule by rule, and the smallest change
            that would open it. Asking changes nothing.
          </StatusMessage>
        )}
        {answer === undefined && state.refusal === undefined && state.asking && (
          <StatusMessage icon={Waypoints} title="Reading policies…">
            Namespaces, pods and policies of {connection?.name ?? "the cluster"} are read as they are now. Nothing is changed by it.
          </StatusMessage>
        )}
        {answer && <ReachAnswer answer={answer.value} stale={stale} />}
      </div>
      {answer && !stale && <ReachChange inquiry={inquiry} state={state} answer={answer.value} />}
    </section>
  );
}

const isSame = (left: ReachTexts, right: ReachTexts): boolean =>
  left.from.trim() === right.from.trim() && left.to.trim() === right.to.trim() && left.port.trim() === right.port.trim();

/** What the answer rests on; to who hears it, with the answer. */
function Basis({ answer: { certain, policyCount, ...answer } }: { answer: Reachability }) {
  const policies = `from ${count(policyCount)} ${policyCount === 1 ? "policy" : "policies"}`;
  return (
    <>
      <span className="sr-only">{reachWords(answer)}, </span>
      {certain ? `${policies}, exact` : <span className="text-modify-text">{policies}, not certain</span>}
    </>
  );
}

interface QuestionProps {
  connectionId: string;
  inquiry: Inquiry;
  state: InquiryState;
  stale: boolean;
}

function Question({ connectionId, inquiry, state, stale }: QuestionProps) {
  const id = useId();
  const names = useEndNames(connectionId);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void inquiry.ask();
  };
  const field = (name: keyof ReachTexts, label: string, placeholder: string, className: string) => {
    const problem = state.problems[name];
    return (
      <div className={className}>
        <Label htmlFor={`${id}-${name}`}>{label}</Label>
        <Input
          id={`${id}-${name}`}
          value={state.texts[name]}
          onChange={(event) => inquiry.write({ [name]: event.target.value })}
          placeholder={placeholder}
          autoFocus={name === "from"}
          list={name === "port" ? undefined : `${id}-names`}
          spellCheck={false}
          autoCapitalize="off"
          autoComplete="off"
          aria-invalid={problem !== undefined}
          aria-describedby={problem === undefined ? undefined : `${id}-${name}-problem`}
          className="h-7 font-mono text-xs"
        />
        {problem !== undefined && (
          <p id={`${id}-${name}-problem`} role="alert" className="text-2xs text-delete-text">
            {problem}
          </p>
        )}
      </div>
    );
  };
  return (
    <form onSubmit={submit} className="flex shrink-0 flex-wrap items-start gap-2 border-b border-line px-3.5 py-2.5">
      {field("from", "From", "namespace/pod", "flex min-w-44 flex-1 flex-col gap-0.5")}
      {field("to", "To", "namespace/pod or namespace/svc/name", "flex min-w-44 flex-1 flex-col gap-0.5")}
      {field("port", "Port", "8443/TCP", "flex w-24 flex-col gap-0.5")}
      <datalist id={`${id}-names`}>
        {names.map((name) => (
          <option key={name}>{name}</option>
        ))}
      </datalist>
      <Button
        type="submit"
        variant={state.answer === undefined || stale ? "primary" : "default"}
        disabled={state.asking}
        className="mt-[1.2rem]"
      >
        {state.asking ? <Spinner className="size-3.5" /> : stale || state.answer === undefined ? <Search /> : <RotateCcw />}
        {stale || state.answer === undefined ? "Ask" : "Ask again"}
      </Button>
    </form>
  );
}
