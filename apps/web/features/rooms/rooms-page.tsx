"use client";
import { CirclePlay, Plus } from "lucide-react";
import Link from "next/link";
import { useMemo, useState } from "react";
import { Button } from "../../components/ui/button.tsx";
import { Tabs, TabsContent, TabsList, TabsTrigger } from "../../components/ui/tabs.tsx";
import { type PaletteCommand, usePaletteCommands } from "../palette/palette-registry.tsx";
import { AppFooter } from "../shell/app-footer.tsx";
import { AppHeader } from "../shell/app-header.tsx";
import { useShell } from "../shell/shell-context.tsx";
import { CreateRoomDialog } from "./create-room-dialog.tsx";
import { RoomList } from "./room-list.tsx";
import { RoomsFailure, RoomsLoading, StaleNotice } from "./rooms-states.tsx";
import { byUrgency } from "./room-order.ts";
import { useRooms } from "./use-rooms.ts";

const CRUMBS = [{ label: "Rooms" }];

/** Every room: what is on fire, who is there, what waits for a second person. */
export function RoomsPage() {
  const { rooms, asOf, refusal, refresh } = useRooms();
  const [creating, setCreating] = useState(false);
  // People of no group observe; the agent would refuse them a room of their own.
  const mayOpen = useShell().principal.groups.length > 0;
  const commands = useMemo<PaletteCommand[]>(
    () =>
      mayOpen
        ? [
            {
              id: "room-new",
              title: "New room…",
              group: "Rooms",
              keywords: ["create", "incident"],
              icon: Plus,
              run: () => setCreating(true),
            },
          ]
        : [],
    [mayOpen],
  );
  usePaletteCommands(commands);
  const open = rooms?.filter((room) => room.open).sort(byUrgency);
  const closed = rooms?.filter((room) => !room.open).sort(byUrgency);
  const failure = refusal && (!rooms || refusal.code === "unauthenticated") && <RoomsFailure refusal={refusal} onRetry={refresh} />;
  return (
    <div className="flex h-dvh flex-col">
      <AppHeader crumbs={CRUMBS} />
      <main tabIndex={-1} className="outline-none min-h-0 flex-1 overflow-y-auto">
        <div className="mx-auto max-w-5xl px-5 pt-8 pb-12 max-sm:px-3.5 max-sm:pt-5">
          <Tabs defaultValue="open">
            <div className="mb-4 flex flex-wrap items-center gap-x-4 gap-y-3">
              <h1 className="text-lg font-semibold">Rooms</h1>
              <TabsList aria-label="Which rooms">
                <TabsTrigger value="open">
                  Open <Count of={open} />
                </TabsTrigger>
                <TabsTrigger value="closed">
                  Closed <Count of={closed} />
                </TabsTrigger>
              </TabsList>
              {!failure && mayOpen && (
                <Button variant="primary" className="ml-auto" onClick={() => setCreating(true)}>
                  <Plus aria-hidden="true" /> New room
                </Button>
              )}
            </div>
            {refusal && !failure && <StaleNotice refusal={refusal} />}
            <TabsContent value="open" tabIndex={-1}>
              {failure ||
                (open ? (
                  <RoomList rooms={open} kind="open" asOf={asOf} {...(mayOpen && { onCreate: () => setCreating(true) })} />
                ) : (
                  <RoomsLoading />
                ))}
            </TabsContent>
            <TabsContent value="closed" tabIndex={-1}>
              {failure || (closed ? <RoomList rooms={closed} kind="closed" asOf={asOf} /> : <RoomsLoading />)}
            </TabsContent>
          </Tabs>
          {/* Behind the rooms: who comes at night comes for one of them, and has them at hand first. */}
          <Button asChild variant="ghost" className="mt-3 -ml-2 text-dim">
            <Link href="/recordings" prefetch={false}>
              <CirclePlay aria-hidden="true" /> Recordings of shells
            </Link>
          </Button>
        </div>
      </main>
      <AppFooter />
      <CreateRoomDialog open={creating} onOpenChange={setCreating} />
    </div>
  );
}

function Count({ of }: { of: readonly unknown[] | undefined }) {
  return of ? <span className="text-faint">{of.length}</span> : null;
}
