"use client";
import { ERRORS, Impact, type Refusal, type SmallerRole, Verdict } from "@interlock/protocol";
import { useRouter } from "next/navigation";
import { useEffect, useId, useState } from "react";
import { Button } from "../../components/ui/button.tsx";
import { Dialog, DialogContent, DialogDescription, DialogFooter, DialogHeader, DialogTitle } from "../../components/ui/dialog.tsx";
import { Label, Textarea } from "../../components/ui/input.tsx";
import { Spinner } from "../../components/ui/spinner.tsx";
import { VerdictLine } from "../impact/verdict-line.tsx";
import { RoomSelect, useRoomChoice } from "../posture/room-choice.tsx";
import { rest } from "../shell/rest-client.ts";

interface Props {
  role: SmallerRole | undefined;
  subject: string;
  connection: string;
  /** The room one came from. */
  roomId: string | undefined;
  onClose: () => void;
}

interface Plan {
  impact: Impact;
  verdict: Verdict;
}
const PlanAnswer = {
  safeParse(value: unknown) {
    const { impact, verdict } = (value ?? {}) as { impact?: unknown; verdict?: unknown };
    const read = [Impact.safeParse(impact), Verdict.safeParse(verdict)] as const;
    return read[0].success && read[1].success
      ? ({ success: true, data: { impact: read[0].data, verdict: read[1].data } satisfies Plan } as const)
      : ({ success: false } as const);
  },
};
const Proposed = { safeParse: (value: unknown) => ({ success: true, data: value }) as const };

/** What the lines would do as the cluster foresees it, and what policy says; then they are proposed as one command of a room. */
export function ProposeRoleDialog({ role, onClose, ...more }: Props) {
  return (
    <Dialog open={role !== undefined} onOpenChange={(open) => !open && onClose()}>
      <DialogContent className="w-[min(92vw,44rem)]">
        {role !== undefined && <ProposeRole role={role} onClose={onClose} {...more} />}
      </DialogContent>
    </Dialog>
  );
}

function ProposeRole({ role, subject, connection, roomId, onClose }: Props & { role: SmallerRole }) {
  const router = useRouter();
  const id = useId();
  const choice = useRoomChoice(`Least privilege of ${connection}`, roomId);
  const [plan, setPlan] = useState<Plan>();
  const [reason, setReason] = useState(`Least privilege: ${subject} keeps what it used.`);
  const [pending, setPending] = useState(false);
  const [refused, setRefused] = useState<Refusal>();
  const refusal = refused ?? choice.refusal;
  useEffect(() => {
    const abort = new AbortController();
    void rest.post("/analyze", { connection, text: role.text }, PlanAnswer, { signal: abort.signal }).then(
      (planned) => {
        if (planned.ok) setPlan(planned.value);
        else setRefused(planned);
      },
      // The dialog was closed before the answer came.
      () => undefined,
    );
    return () => abort.abort();
  }, [connection, role.text]);
  const denied = plan?.verdict.decision === "deny";
  const send = async () => {
    setPending(true);
    setRefused(undefined);
    const said = reason.trim() === "" ? {} : { reason: reason.trim() };
    const proposed = await choice.put("commands", { connection, text: role.text, ...said }, Proposed);
    if (proposed.ok) return router.push(`/rooms/${proposed.value.roomId}`);
    setRefused(proposed);
    setPending(false);
  };
  const effects = plan?.impact.statements.flatMap(({ breaks = [], risks, willFail }) => [
    ...willFail.map(({ reason: why }) => ({ text: why, bad: true })),
    ...risks.filter(({ severity }) => severity !== "info").map(({ message }) => ({ text: message, bad: true })),
    ...breaks.map(({ object, why }) => ({ text: /^\p{Ll}/u.test(why) ? `${object.replace(/^\S+ /, "")}: ${why}` : why, bad: false })),
  ]);
  const told = [...new Map((effects ?? []).map((one) => [one.text, one])).values()];
  return (
    <form
      className="flex min-h-0 flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <DialogHeader>
        <DialogTitle>Propose the smaller role</DialogTitle>
        <DialogDescription>
          The lines become one command of a room: it waits for those whom policy asks, and runs as they agreed to it. Nothing has changed
          yet.
        </DialogDescription>
      </DialogHeader>
      <pre
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reached by keyboard
        tabIndex={0}
        aria-label="The lines"
        className="max-h-56 overflow-auto rounded-md bg-bg px-2.5 py-2 font-mono text-xs break-words whitespace-pre-wrap"
      >
        {role.text}
      </pre>
      <section aria-label="What it would do" className="flex flex-col gap-1.5 text-sm">
        {plan === undefined ? (
          refusal === undefined && <output className="text-dim">What it would do is being worked out…</output>
        ) : (
          <>
            <ul className="flex max-h-40 list-disc flex-col gap-0.5 overflow-y-auto pl-5">
              {told.map(({ text, bad }) => (
                <li key={text} className={bad ? "text-delete-text" : undefined}>
                  {text}
                </li>
              ))}
              {told.length === 0 && <li>Nobody&apos;s rights change by it.</li>}
            </ul>
            <VerdictLine verdict={plan.verdict} impact={plan.impact} />
          </>
        )}
      </section>
      <RoomSelect choice={choice} />
      <div className="flex flex-col gap-1.5">
        <Label htmlFor={`${id}-reason`}>Reason</Label>
        <Textarea id={`${id}-reason`} value={reason} maxLength={2_000} onChange={(event) => setReason(event.target.value)} />
      </div>
      {refusal && (
        <p role="alert" className="text-xs text-delete-text">
          {ERRORS[refusal.code].title}. {refusal.detail ?? ERRORS[refusal.code].next}
        </p>
      )}
      <DialogFooter>
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" variant="primary" disabled={pending || choice.rooms === undefined || plan === undefined || denied}>
          {pending && <Spinner />} Propose in the room
        </Button>
      </DialogFooter>
    </form>
  );
}
