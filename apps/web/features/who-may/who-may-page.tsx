"use client";
import { type Refusal, type RightQuestion, WhoMay } from "@interlock/protocol";
import { KeyRound } from "lucide-react";
import { useId, useRef, useState } from "react";
import { SignedOut } from "../../components/signed-out.tsx";
import { Button } from "../../components/ui/button.tsx";
import { Input, Label } from "../../components/ui/input.tsx";
import { Spinner } from "../../components/ui/spinner.tsx";
import { StatusMessage } from "../../components/ui/status-message.tsx";
import { ClusterFailure, ClusterPage } from "../posture/cluster-page.tsx";
import { whoMayPath } from "../posture/posture-commands.ts";
import { rest } from "../shell/rest-client.ts";
import { questionOf, READY_QUESTIONS, type QuestionTexts, textsOf } from "./ready-questions.ts";
import { WhoMayAnswer } from "./who-may-answer.tsx";

interface Props {
  connection: string;
  roomId?: string;
}

const FIELDS: { name: keyof QuestionTexts; label: string; placeholder: string; wide: string }[] = [
  { name: "verb", label: "Verb", placeholder: "get", wide: "w-28" },
  { name: "resource", label: "Resource", placeholder: "secrets, pods/exec, deploy, /metrics", wide: "min-w-52 flex-1" },
  { name: "namespace", label: "Namespace", placeholder: "every one", wide: "w-36" },
  { name: "name", label: "Name", placeholder: "any", wide: "w-32" },
];

/** Who can do something on a cluster, by every binding, role and rule that gives it. It only reads. */
export function WhoMayPage({ connection, roomId }: Props) {
  const id = useId();
  const [texts, setTexts] = useState<QuestionTexts>({ verb: "", resource: "", namespace: "", name: "" });
  const [answer, setAnswer] = useState<WhoMay>();
  const [refusal, setRefusal] = useState<Refusal>();
  const [busy, setBusy] = useState(false);
  const asked = useRef(new AbortController());
  const ask = async (question: RightQuestion | undefined) => {
    if (question === undefined) return;
    asked.current.abort();
    const abort = (asked.current = new AbortController());
    setBusy(true);
    // Another question may be asked meanwhile; its answer is the one that is waited for.
    const outcome = await rest.post("/who-may", { connection, ...question }, WhoMay, { signal: abort.signal }).catch(() => undefined);
    if (outcome === undefined || abort.signal.aborted) return;
    setBusy(false);
    setAnswer(outcome.ok ? outcome.value : undefined);
    setRefusal(outcome.ok ? undefined : outcome);
  };
  const question = questionOf(texts);
  return (
    <ClusterPage here="who-may" title={`Who can …? in ${connection}`} connection={connection} roomId={roomId}>
      <form
        className="flex flex-wrap items-end gap-2.5"
        onSubmit={(event) => {
          event.preventDefault();
          void ask(question);
        }}
      >
        {FIELDS.map(({ name, label, placeholder, wide }) => (
          <div key={name} className={`flex flex-col gap-1 ${wide} max-sm:w-[calc(50%-0.35rem)] max-sm:min-w-0 max-sm:flex-none`}>
            <Label htmlFor={`${id}-${name}`}>{label}</Label>
            <Input
              id={`${id}-${name}`}
              value={texts[name]}
              placeholder={placeholder}
              spellCheck={false}
              autoCapitalize="none"
              onChange={(event) => setTexts({ ...texts, [name]: event.target.value })}
              className="font-mono text-xs"
            />
          </div>
        ))}
        <Button type="submit" variant="primary" className="h-8" disabled={question === undefined || busy}>
          {busy && <Spinner />} Who can?
        </Button>
      </form>
      <div role="group" aria-label="Ready questions" className="flex flex-wrap gap-1.5">
        <span className="py-1 text-xs text-dim">Who can</span>
        {READY_QUESTIONS.map(({ title, question: ready }) => (
          <button
            key={title}
            type="button"
            aria-pressed={JSON.stringify(questionOf(texts)) === JSON.stringify(ready)}
            onClick={() => {
              setTexts(textsOf(ready));
              void ask(ready);
            }}
            className="inline-flex h-6 items-center rounded-full border border-line bg-raise px-2.5 text-xs text-dim hover:bg-hover hover:text-fg aria-pressed:border-accent aria-pressed:bg-accent-soft aria-pressed:text-accent-text"
          >
            {title}?
          </button>
        ))}
      </div>
      {refusal?.code === "unauthenticated" ? (
        <SignedOut next={whoMayPath(connection)} />
      ) : refusal !== undefined ? (
        <ClusterFailure refusal={refusal} path={whoMayPath(connection)} onRetry={() => void ask(question)} />
      ) : answer !== undefined ? (
        <WhoMayAnswer answer={answer} />
      ) : (
        <StatusMessage icon={KeyRound} title="Ask who can do something">
          Names are those that kubectl takes: plurals, short names, kinds, with a group (<code>deployments.apps</code>) or a subresource (
          <code>pods/exec</code>). The answer is worked out from the roles and bindings of the cluster as they are now.
        </StatusMessage>
      )}
    </ClusterPage>
  );
}
