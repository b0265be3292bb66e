import type { Room } from "@interlock/protocol";
import { Archive, DoorOpen, Plus } from "lucide-react";
import { Button } from "../../components/ui/button.tsx";
import { StatusMessage } from "../../components/ui/status-message.tsx";
import { RoomRow } from "./room-row.tsx";

interface RoomListProps {
  rooms: readonly Room[];
  kind: "open" | "closed";
  /** When the list arrived, in milliseconds: what ages are counted from. */
  asOf: number;
  /** Offered where there is no room yet. */
  onCreate?: () => void;
}

export function RoomList({ rooms, kind, asOf, onCreate }: RoomListProps) {
  if (rooms.length === 0) return kind === "open" ? <NoOpenRooms onCreate={onCreate} /> : <NoClosedRooms />;
  return (
    <ul className="overflow-hidden rounded-lg border border-line bg-panel">
      {rooms.map((room) => (
        <RoomRow key={room.id} room={room} now={asOf} />
      ))}
    </ul>
  );
}

function NoOpenRooms({ onCreate }: { onCreate: (() => void) | undefined }) {
  return (
    <StatusMessage
      icon={DoorOpen}
      title="No room is open"
      actions={
        onCreate && (
          <Button variant="primary" size="lg" onClick={onCreate}>
            <Plus aria-hidden="true" /> New room
          </Button>
        )
      }
    >
      A room is where people work on an incident together: shared documents, one queue of commands, one timeline.
    </StatusMessage>
  );
}

function NoClosedRooms() {
  return (
    <StatusMessage icon={Archive} title="No room has been closed">
      When the lead closes a room it is kept here, with its commands, results and timeline.
    </StatusMessage>
  );
}
