"use client";
import { ERRORS, FetchedToken, type Command, type IssuedToken } from "@interlock/protocol";
import { Clock3, KeyRound } from "lucide-react";
import { useEffect, useState } from "react";
import { Button } from "../../components/ui/button.tsx";
import { Spinner } from "../../components/ui/spinner.tsx";
import { useNow, useRoom, useSession } from "../room/room-context.tsx";
import { useStore } from "../room/store.ts";
import { rest } from "../shell/rest-client.ts";
import { HeldToken } from "./held-token.tsx";
import { TokenFacts } from "./token-facts.tsx";
import { othersWords, stageOf, timeLeft, timeOfDay } from "./token-words.ts";

/** The tokens that a run was given: for everybody what they are, for its proposer the tokens themselves, once. */
export function IssuedTokens({ command }: { command: Command }) {
  const tokens = command.execution?.tokens ?? [];
  const live = tokens.some(({ expiresAt }) => Date.parse(expiresAt) > Date.now());
  const now = useNow(1_000, live);
  if (tokens.length === 0) return null;
  const agreedBy = command.reviews.filter(({ decision }) => decision === "approve").map(({ reviewer }) => reviewer.name);
  return (
    <section aria-label="Tokens" className="flex flex-col gap-2" data-testid="issued-tokens">
      {tokens.map((token) => (
        <div key={token.statement} className="flex flex-col gap-2 rounded-md border border-privilege-line bg-privilege-soft/40 p-2.5">
          <h4 className="flex items-center gap-1.5 text-xs font-semibold text-privilege-text">
            <KeyRound aria-hidden="true" className="size-3.5 shrink-0" /> A token was issued
          </h4>
          <TokenFacts token={token} agreedBy={agreedBy} now={now} />
          <Handing command={command} token={token} now={now} />
        </div>
      ))}
      <Fetching command={command} tokens={tokens} now={now} />
    </section>
  );
}

/** Where the token itself is. */
function Handing({ command, token, now }: { command: Command; token: IssuedToken; now: number }) {
  const session = useSession();
  const mine = useRoom((state) => state.me?.id === command.proposer.id);
  const held = useStore(session.tokens.held, (all) => all.get(command.id)?.find(({ statement }) => statement === token.statement));
  const stage = stageOf(token, now);
  if (!mine) return <p className="text-xs text-dim">{othersWords(stage, token, command.proposer.name)}</p>;
  if (stage === "expired") return <p className="text-xs text-dim">It has expired. Ask for another one if it is still needed.</p>;
  if (held) return <HeldToken token={held} connection={command.connection.name} onForget={() => session.tokens.forget(command.id)} />;
  if (stage === "fetched")
    return (
      <p className="text-xs text-dim">
        You fetched it{token.fetchedAt && ` at ${timeOfDay(token.fetchedAt)}`}. It is shown once, and Interlock has it no longer.
      </p>
    );
  if (stage === "lost")
    return (
      <p className="text-xs text-modify-text">
        It was not fetched in time, or Interlock was started anew: nobody has it, and it cannot be had any more. Ask for another one.
      </p>
    );
  return null;
}

/** All tokens of a command are fetched together. */
function Fetching({ command, tokens, now }: { command: Command; tokens: readonly IssuedToken[]; now: number }) {
  const session = useSession();
  const mine = useRoom((state) => state.me?.id === command.proposer.id);
  const observer = useRoom((state) => state.role === "observer");
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<string>();
  const ready = tokens.filter((token) => stageOf(token, now) === "ready");
  const expiry = Math.max(...tokens.map(({ expiresAt }) => Date.parse(expiresAt)));
  useForgetting(command.id, expiry);
  if (!mine || ready.length === 0) return refusal === undefined ? null : <Refusal words={refusal} />;
  const fetchThem = async () => {
    setBusy(true);
    const answer = await rest.post(`/commands/${command.id}/tokens`, {}, FetchedToken.array());
    setBusy(false);
    setRefusal(answer.ok ? undefined : [ERRORS[answer.code].title, answer.detail].filter(Boolean).join(": "));
    if (answer.ok) session.tokens.hold(command.id, answer.value);
  };
  return (
    <div className="flex flex-col gap-1.5">
      <p className="flex items-baseline gap-1.5 text-xs text-dim">
        <Clock3 aria-hidden="true" className="size-3.5 shrink-0 translate-y-0.5 text-privilege-text" />
        <span>
          It is in the agent’s memory for{" "}
          <strong className="font-semibold text-fg tabular-nums">{timeLeft(ready[0]!.keptUntil, now)}</strong> more, or until the agent is
          started anew. You are shown it once; nobody else can fetch it.
        </span>
      </p>
      {observer ? (
        <Refusal words="Observers only observe: ask the room’s lead to make you a responder, and fetch it then." />
      ) : (
        <Button variant="primary" className="self-start" disabled={busy} onClick={() => void fetchThem()}>
          {busy ? <Spinner className="size-3.5" /> : <KeyRound aria-hidden="true" />}{" "}
          {ready.length === 1 ? "Fetch the token" : `Fetch the ${ready.length} tokens`}
        </Button>
      )}
      {refusal !== undefined && <Refusal words={refusal} />}
    </div>
  );
}

const Refusal = ({ words }: { words: string }) => (
  <p role="alert" className="text-xs text-delete-text wrap-anywhere">
    {words}
  </p>
);

/** What opens nothing any more need not be kept. */
function useForgetting(commandId: string, expiry: number) {
  const { tokens } = useSession();
  useEffect(() => {
    const timer = setTimeout(() => tokens.forget(commandId), Math.min(Math.max(0, expiry - Date.now()), 2 ** 31 - 1));
    return () => clearTimeout(timer);
  }, [tokens, commandId, expiry]);
}
