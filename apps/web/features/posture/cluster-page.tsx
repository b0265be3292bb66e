import { ERRORS, type Refusal } from "@interlock/protocol";
import { CloudOff, RotateCw, ShieldX } from "lucide-react";
import { type ReactNode, useMemo } from "react";
import { SignedOut } from "../../components/signed-out.tsx";
import { Button } from "../../components/ui/button.tsx";
import { StatusMessage } from "../../components/ui/status-message.tsx";
import { AppFooter } from "../shell/app-footer.tsx";
import { AppHeader } from "../shell/app-header.tsx";
import { type ClusterPageId, ClusterTabs } from "./cluster-tabs.tsx";

interface ClusterPageProps {
  here: ClusterPageId;
  title: string;
  connection: string;
  roomId: string | undefined;
  /** Beside the title: what it rests on. */
  aside?: ReactNode;
  /** At the right of the title. */
  actions?: ReactNode;
  children: ReactNode;
}

/** A page about a cluster's security: bar, title, the way to the others, and what it has to say. */
export function ClusterPage({ here, title, connection, roomId, aside, actions, children }: ClusterPageProps) {
  const crumbs = useMemo(
    () => [roomId === undefined ? { label: "Rooms", href: "/rooms" } : { label: "The room", href: `/rooms/${roomId}` }, { label: title }],
    [roomId, title],
  );
  return (
    <div className="flex h-dvh flex-col">
      <AppHeader crumbs={crumbs} />
      <main tabIndex={-1} className="min-h-0 flex-1 overflow-y-auto outline-none">
        <div className="mx-auto flex max-w-5xl flex-col gap-4 px-5 pt-6 pb-12 max-sm:px-3.5 max-sm:pt-4">
          <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5">
            <h1 className="text-lg font-semibold">{title}</h1>
            {aside}
            {actions && <div className="ml-auto flex gap-2 max-sm:ml-0">{actions}</div>}
          </div>
          <ClusterTabs here={here} connection={connection} roomId={roomId} />
          {children}
        </div>
      </main>
      <AppFooter />
    </div>
  );
}

/** Why there is no answer, and the way out. `path`: of this page, to come back to. */
export function ClusterFailure({ refusal, path, onRetry }: { refusal: Refusal; path: string; onRetry: () => void }) {
  const { title, next, status } = ERRORS[refusal.code];
  if (refusal.code === "unauthenticated") return <SignedOut next={path} />;
  const refused = status === 403 || status === 404 || refusal.code === "bad_request";
  return (
    <StatusMessage
      icon={refused ? ShieldX : CloudOff}
      tone="bad"
      title={title}
      actions={
        refused ? undefined : (
          <Button size="lg" onClick={onRetry}>
            <RotateCw aria-hidden="true" /> Try again
          </Button>
        )
      }
    >
      {refusal.detail ?? next}
    </StatusMessage>
  );
}
