"use client";
import Link from "next/link";
import { cn } from "../../components/ui/class-names.ts";
import { leastPrivilegePath, posturePath, whoMayPath } from "./posture-commands.ts";

const PAGES = [
  { id: "posture", title: "Posture", path: posturePath },
  { id: "least-privilege", title: "Least privilege", path: leastPrivilegePath },
  { id: "who-may", title: "Who can …?", path: whoMayPath },
] as const;

export type ClusterPageId = (typeof PAGES)[number]["id"];

/** From one page about a cluster's security to the others; the room one came from goes along. */
export function ClusterTabs({ here, connection, roomId }: { here: ClusterPageId; connection: string; roomId: string | undefined }) {
  return (
    <nav aria-label={`Security of ${connection}`} className="-mt-1 flex gap-1 border-b border-line">
      {PAGES.map(({ id, title, path }) => (
        <Link
          key={id}
          href={path(connection, roomId)}
          prefetch={false}
          aria-current={id === here ? "page" : undefined}
          className={cn(
            "-mb-px border-b-2 px-2.5 py-2 text-sm whitespace-nowrap",
            id === here ? "border-accent font-semibold text-fg" : "border-transparent text-dim hover:text-fg",
          )}
        >
          {title}
        </Link>
      ))}
    </nav>
  );
}
