import { ERRORS, type Refusal } from "@interlock/protocol";
import { CloudOff, RotateCw, ShieldX, TriangleAlert } from "lucide-react";
import { SignedOut } from "../../components/signed-out.tsx";
import { Button } from "../../components/ui/button.tsx";
import { Skeleton } from "../../components/ui/skeleton.tsx";
import { StatusMessage } from "../../components/ui/status-message.tsx";

/** Three lines the size of rooms, so that nothing jumps when they arrive. */
export function RoomsLoading() {
  return (
    <div className="overflow-hidden rounded-lg border border-line bg-panel">
      <output className="sr-only">Loading rooms</output>
      {["w-64", "w-80", "w-52"].map((width) => (
        <div key={width} className="flex items-center gap-4 border-b border-line px-4 py-3.5 last:border-b-0">
          <Skeleton className="h-4.5 w-14 rounded-full" />
          <div className="flex flex-1 flex-col gap-1.5">
            <Skeleton className={`h-3.5 max-w-full ${width}`} />
            <Skeleton className="h-3 w-32" />
          </div>
          <Skeleton className="size-6.5 rounded-full" />
        </div>
      ))}
    </div>
  );
}

/** There is no list to show. */
export function RoomsFailure({ refusal, onRetry }: { refusal: Refusal; onRetry: () => void }) {
  const { title, next } = ERRORS[refusal.code];
  if (refusal.code === "unauthenticated") return <SignedOut next="/rooms" />;
  const forbidden = refusal.code === "forbidden";
  return (
    <StatusMessage
      icon={forbidden ? ShieldX : CloudOff}
      tone="bad"
      title={refusal.code === "internal" ? "The rooms cannot be loaded" : title}
      actions={
        <Button size="lg" onClick={onRetry}>
          <RotateCw aria-hidden="true" /> Try again
        </Button>
      }
    >
      {refusal.detail ?? next} {!forbidden && "This page keeps trying."}
    </StatusMessage>
  );
}

/** The list shown is not the newest. */
export function StaleNotice({ refusal }: { refusal: Refusal }) {
  return (
    <output className="mb-3 flex items-center gap-2 rounded-md border border-modify-line bg-modify-soft px-3 py-2 text-xs text-modify-text">
      <TriangleAlert aria-hidden="true" className="size-3.5 shrink-0" />
      <span>This list may be out of date. {refusal.detail ?? ERRORS[refusal.code].title} Trying again…</span>
    </output>
  );
}
