"use client";
import { LIMITS } from "@interlock/protocol";
import { KeyRound } from "lucide-react";
import { type FormEvent, useId, useMemo, useState } from "react";
import { EnvironmentBadge } from "../../components/ui/badge.tsx";
import { Button } from "../../components/ui/button.tsx";
import { cn } from "../../components/ui/class-names.ts";
import { Dialog, DialogContent, DialogDescription, DialogFooter, DialogHeader, DialogTitle } from "../../components/ui/dialog.tsx";
import { afterDialogs } from "../../components/ui/focus-return.tsx";
import { Input, Label, Textarea } from "../../components/ui/input.tsx";
import { Spinner } from "../../components/ui/spinner.tsx";
import { AttentionList } from "../impact/attention-line.tsx";
import { attentions } from "../impact/attention.ts";
import { VerdictLine } from "../impact/verdict-line.tsx";
import { type PaletteEntry, usePaletteCommands } from "../palette/palette-registry.tsx";
import { useCanAct, useRoom, useSession } from "../room/room-context.tsx";
import { useStore } from "../room/store.ts";
import type { TokenWish } from "./own-tokens.ts";
import { DURATIONS, tokenLine } from "./token-line.ts";
import { TokenRights, tokensOf } from "./token-rights.tsx";
import { lifetime } from "./token-words.ts";
import { useTokenPlan } from "./use-token-plan.ts";

/** Asks for a token for outside the cluster, and proposes the line that makes it into the room. */
export function TokenDialog() {
  const session = useSession();
  const wish = useStore(session.tokens.wish, (now) => now);
  const roomIsOpen = useRoom((state) => state.room?.open ?? false);
  const cluster = useRoom((state) => state.connections.find(({ connector }) => connector === "kubernetes")?.id);
  const offered = useCanAct() && roomIsOpen;
  const commands = useMemo<PaletteEntry[]>(
    () =>
      offered && cluster !== undefined
        ? [
            {
              id: "room-token",
              title: "Token for outside…",
              group: "Room",
              keywords: ["kubeconfig", "kubectl", "service account", "credential", "kubernetes"],
              icon: KeyRound,
              run: () => session.tokens.wish.set({ connectionId: cluster, namespace: "", name: "" }),
            },
          ]
        : [],
    [offered, cluster, session],
  );
  usePaletteCommands(commands);
  const close = () => session.tokens.wish.set(undefined);
  return (
    <Dialog open={wish !== undefined && offered} onOpenChange={(open) => !open && close()}>
      <DialogContent className="top-[5vh] max-h-[90vh] w-[min(94vw,36rem)] overflow-hidden">
        <DialogHeader>
          <DialogTitle className="flex items-center gap-2">
            <KeyRound aria-hidden="true" className="size-4 shrink-0 text-privilege-text" /> Token for outside
          </DialogTitle>
          <DialogDescription>
            The connection’s own credential never leaves Interlock. This proposes a short-lived token of a service account; once it is
            agreed to, you alone can fetch it, once.
          </DialogDescription>
        </DialogHeader>
        {wish && <TokenForm wish={wish} onDone={close} />}
      </DialogContent>
    </Dialog>
  );
}

function TokenForm({ wish, onDone }: { wish: TokenWish; onDone: () => void }) {
  const session = useSession();
  const id = useId();
  const clusters = useRoom((state) => state.connections).filter(({ connector }) => connector === "kubernetes");
  const [connectionId, setConnectionId] = useState(wish.connectionId);
  const connection = clusters.find((one) => one.id === connectionId);
  const [namespace, setNamespace] = useState(wish.namespace);
  const [name, setName] = useState(wish.name);
  const [seconds, setSeconds] = useState<number>(DURATIONS[1]);
  const [audience, setAudience] = useState("");
  const [reason, setReason] = useState("");
  const text = tokenLine({ namespace, name, seconds, audience });
  const plan = useTokenPlan(connection?.name, text);
  const { analysis } = plan;
  const wantsReason = analysis?.verdict.obligations.reason === true;
  const fails = analysis?.impact.statements.some(({ willFail }) => willFail.length > 0) === true;
  const off = plan.busy || analysis === undefined || analysis.verdict.decision === "deny" || fails || (wantsReason && reason.trim() === "");
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (off) return;
    const commandId = await plan.propose(reason.trim());
    if (commandId === undefined) return;
    onDone();
    afterDialogs(() => session.showCommand(commandId));
  };
  return (
    <form
      onSubmit={(event) => void submit(event)}
      onKeyDown={(event) => {
        if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) void submit(event);
      }}
      className="flex min-h-0 flex-col"
    >
      <div className="-mx-5 flex min-h-0 flex-col gap-3 overflow-y-auto px-5 pt-0.5 pb-4">
        <div className="flex flex-wrap items-center gap-2 text-xs">
          {clusters.length > 1 ? (
            <fieldset className="flex flex-wrap gap-1.5">
              <legend className="sr-only">Cluster</legend>
              {clusters.map((one) => (
                <Choice key={one.id} group={`${id}-cluster`} checked={one.id === connectionId} onChoose={() => setConnectionId(one.id)}>
                  {one.name}
                </Choice>
              ))}
            </fieldset>
          ) : (
            <span className="font-medium">{connection?.name}</span>
          )}
          {connection && <EnvironmentBadge environment={connection.environment} />}
        </div>
        <div className="grid grid-cols-2 gap-3 max-sm:grid-cols-1">
          <Field id={`${id}-namespace`} label="Namespace" value={namespace} onChange={setNamespace} placeholder="payments" />
          <Field id={`${id}-name`} label="Service account" value={name} onChange={setName} placeholder="ci-reader" />
        </div>
        <div className="grid grid-cols-2 gap-3 max-sm:grid-cols-1">
          <fieldset className="flex flex-col gap-1">
            <legend className="text-xs font-medium text-dim">How long</legend>
            <div className="mt-1 flex flex-wrap gap-1">
              {DURATIONS.map((one) => (
                <Choice key={one} group={`${id}-duration`} checked={one === seconds} onChoose={() => setSeconds(one)}>
                  {lifetime(one)}
                </Choice>
              ))}
            </div>
          </fieldset>
          <Field
            id={`${id}-audience`}
            label="Audience (optional)"
            value={audience}
            onChange={setAudience}
            placeholder="the API server’s own"
          />
        </div>
        <div className="flex flex-col gap-1">
          <Label htmlFor={`${id}-reason`}>{wantsReason ? "Why is this needed?" : "Why? Reviewers see it (optional)"}</Label>
          <Textarea
            id={`${id}-reason`}
            autoFocus={wish.namespace !== ""}
            required={wantsReason}
            maxLength={LIMITS.reasonChars}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
            placeholder="Look at the pods from my laptop while the dashboard is down."
          />
        </div>
        {text !== undefined && (
          <code className="rounded-md border border-line bg-bg px-2.5 py-1.5 font-mono text-xs wrap-anywhere">{text}</code>
        )}
        <div className="@container flex min-h-10 flex-col gap-2" role="status">
          {plan.refusal !== undefined && <p className="text-xs text-delete-text wrap-anywhere">{plan.refusal}</p>}
          {text === undefined && <p className="text-xs text-dim">Say whose token it is: you see what it may do before you propose it.</p>}
          {text !== undefined && analysis === undefined && plan.refusal === undefined && (
            <p className="flex items-center gap-1.5 text-xs text-dim">
              <Spinner className="size-3.5" /> What it may do is being worked out…
            </p>
          )}
          {analysis && (
            <div className={cn("flex flex-col gap-2", plan.stale && "opacity-50")}>
              <AttentionList attentions={attentions(analysis.impact)} />
              {tokensOf(analysis.impact).map((token) => (
                <TokenRights key={token.account.name} token={token} />
              ))}
            </div>
          )}
        </div>
      </div>
      <DialogFooter className="@container -mx-5 -mb-5 border-t border-line px-5 py-3">
        {analysis && !fails && <VerdictLine verdict={analysis.verdict} impact={analysis.impact} />}
        <Button className="ml-auto" onClick={onDone}>
          Cancel
        </Button>
        <Button type="submit" variant="primary" disabled={off}>
          {plan.proposing && <Spinner className="size-3.5" />} Propose
        </Button>
      </DialogFooter>
    </form>
  );
}

function Field({
  id,
  label,
  value,
  onChange,
  placeholder,
}: {
  id: string;
  label: string;
  value: string;
  onChange: (value: string) => void;
  placeholder: string;
}) {
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <Label htmlFor={id}>{label}</Label>
      <Input
        id={id}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        placeholder={placeholder}
        spellCheck={false}
        autoCapitalize="off"
        autoComplete="off"
        className="font-mono text-xs"
      />
    </div>
  );
}

/** One of several, as a button that keeps the keyboard's ways of a radio. */
function Choice({
  group,
  checked,
  onChoose,
  children,
}: {
  group: string;
  checked: boolean;
  onChoose: () => void;
  children: React.ReactNode;
}) {
  return (
    <label
      className={cn(
        "cursor-pointer rounded-md border px-2.5 py-1 text-xs font-medium has-focus-visible:outline-2 has-focus-visible:outline-focus",
        checked ? "border-accent bg-accent-soft text-accent-text" : "border-line bg-raise text-fg hover:bg-hover",
      )}
    >
      <input type="radio" name={group} checked={checked} onChange={onChoose} className="sr-only" />
      {children}
    </label>
  );
}
