"use client";
import type { IssuedToken } from "@interlock/protocol";
import { Copy } from "lucide-react";
import { copyText } from "../clipboard/to-clipboard.ts";
import { accountText, moment, timeLeft } from "./token-words.ts";

/** What everybody in the room may know of a token that was issued. */
export function TokenFacts({ token, agreedBy, now }: { token: IssuedToken; agreedBy: readonly string[]; now: number }) {
  const { account, audiences, expiresAt, boundTo, id, sha256 } = token;
  const over = Date.parse(expiresAt) <= now;
  return (
    <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-3 gap-y-0.5 text-xs">
      <Fact name="account">
        <code>{accountText(account)}</code>
      </Fact>
      <Fact name={over ? "expired" : "expires"}>
        <time dateTime={expiresAt} title={expiresAt} className="tabular-nums">
          {moment(expiresAt, now)}
        </time>
        {!over && (
          <span className="text-dim tabular-nums" role="timer">
            {" "}
            · in {timeLeft(expiresAt, now)}
          </span>
        )}
      </Fact>
      {audiences.length > 0 && (
        <Fact name="audience">
          <code className="wrap-anywhere">{audiences.join(", ")}</code>
        </Fact>
      )}
      {boundTo && (
        <Fact name="ends with">
          {boundTo.kind} <code>{boundTo.name}</code>
        </Fact>
      )}
      {agreedBy.length > 0 && <Fact name="agreed by">{agreedBy.join(", ")}</Fact>}
      <Fact name="known by">
        {id !== undefined && <Mark name="jti" value={id} />} <Mark name="sha-256" value={sha256} />
      </Fact>
    </dl>
  );
}

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <>
      <dt className="text-faint">{name}</dt>
      <dd className="min-w-0 text-fg">{children}</dd>
    </>
  );
}

/** Too long to read, and needed whole in a search. */
function Mark({ name, value }: { name: string; value: string }) {
  return (
    <button
      type="button"
      title={value}
      aria-label={`Copy the ${name} ${value.slice(0, 8)}`}
      onClick={() => void copyText(value, `The ${name} is copied.`)}
      className="inline-flex items-center gap-1 rounded-sm bg-unknown-soft px-1.5 py-px font-mono text-2xs text-dim hover:text-fg"
    >
      {name} {value.slice(0, 8)}… <Copy aria-hidden="true" className="size-2.5" />
    </button>
  );
}
