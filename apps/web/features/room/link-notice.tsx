"use client";
import { CloudOff, LogIn, RefreshCw, ShieldX } from "lucide-react";
import Link from "next/link";
import { Button } from "../../components/ui/button.tsx";
import { Spinner } from "../../components/ui/spinner.tsx";
import { StatusMessage } from "../../components/ui/status-message.tsx";
import { useNow, useRoom, useSession } from "./room-context.tsx";

/** Floats above the status bar while the agent cannot be reached, so that nothing moves. What was typed is kept and sent when it is back. */
export function ReconnectingNotice() {
  const session = useSession();
  const link = useRoom((state) => state.link);
  const inside = useRoom((state) => state.room !== undefined);
  const now = useNow(1_000, link.phase === "reconnecting");
  if (link.phase !== "reconnecting") return null;
  const wait = Math.max(0, Math.ceil((link.retryAt - now) / 1_000));
  return (
    <div
      role="status"
      className="fixed bottom-9 left-1/2 z-40 flex w-max max-w-[calc(100vw-1.5rem)] -translate-x-1/2 items-center gap-2.5 rounded-lg border border-modify-line bg-modify-soft py-1.5 pr-1.5 pl-3.5 text-xs text-modify-text shadow-(--shadow)"
    >
      {wait === 0 ? <Spinner /> : <CloudOff aria-hidden="true" className="size-3.5" />}
      <span>
        {link.why} {wait === 0 ? "Connecting again…" : `Connecting again in ${wait} s.`}
        {inside && " What you type in documents is kept."}
      </span>
      <Button size="sm" className="ml-auto" onClick={() => session.connection.retryNow()}>
        Now
      </Button>
    </div>
  );
}

/** The end of a connection that only a person can mend. Nothing when there is no such end. */
export function LinkEnded() {
  const link = useRoom((state) => state.link);
  switch (link.phase) {
    case "refused":
      return (
        <StatusMessage
          icon={ShieldX}
          tone="bad"
          title="This room did not let you in"
          actions={
            <Button asChild variant="primary">
              <Link href="/rooms">All rooms</Link>
            </Button>
          }
        >
          {link.why}
        </StatusMessage>
      );
    case "signed_out":
      return (
        <StatusMessage
          icon={LogIn}
          tone="warn"
          title="You are signed out"
          actions={
            <Button asChild variant="primary">
              <a href={`/sign-in?next=${encodeURIComponent(`${window.location.pathname}${window.location.search}`)}`}>Sign in again</a>
            </Button>
          }
        >
          Your session ended here or was revoked. What you typed into documents since, and was not saved, is lost when you leave this page.
        </StatusMessage>
      );
    case "reload":
      return (
        <StatusMessage
          icon={RefreshCw}
          tone="warn"
          title="Interlock has been updated"
          actions={
            <Button variant="primary" onClick={() => window.location.reload()}>
              Reload
            </Button>
          }
        >
          This page is older than the service. {link.why}
        </StatusMessage>
      );
    case "connecting":
    case "live":
    case "reconnecting":
      return null;
  }
}
