"use client";
import { type Outcome, type Refusal, Room } from "@interlock/protocol";
import { useEffect, useId, useState } from "react";
import { Label } from "../../components/ui/input.tsx";
import { rest } from "../shell/rest-client.ts";
import { RoomPosts } from "./room-posts.ts";

const Rooms = Room.array();
/** In the list of rooms: one that is made for it. */
const NEW = "new";

export interface RoomChoice {
  /** Open rooms; undefined until they are known. */
  rooms: readonly Room[] | undefined;
  /** Why they are not. */
  refusal: Refusal | undefined;
  /** Id of the one that is chosen, or `new`. */
  room: string;
  title: string;
  choose: (room: string) => void;
  /** Puts something into the room that is chosen. */
  put: <T>(
    what: "documents" | "commands",
    body: object,
    reader: Parameters<typeof rest.post<T>>[2],
  ) => Promise<Outcome<{ roomId: string; answer: T }>>;
}

/** Which room something goes into: the one that somebody came from, another, or a new one called `title`. */
export function useRoomChoice(title: string, roomId: string | undefined): RoomChoice {
  const [rooms, setRooms] = useState<readonly Room[]>();
  const [refusal, setRefusal] = useState<Refusal>();
  const [chosen, choose] = useState<string>();
  const [posts] = useState(() => new RoomPosts(title));
  useEffect(() => {
    const abort = new AbortController();
    void rest.get("/rooms", Rooms, abort.signal).then(
      (outcome) => {
        if (outcome.ok) setRooms(outcome.value.filter(({ open }) => open));
        else setRefusal(outcome);
      },
      // The dialog was closed before the answer came.
      () => undefined,
    );
    return () => abort.abort();
  }, []);
  const room = chosen ?? rooms?.find((one) => one.id === roomId)?.id ?? rooms?.[0]?.id ?? NEW;
  return {
    rooms,
    refusal,
    room,
    title,
    choose,
    put: async (what, body, reader) => {
      const outcome = await posts.put(room === NEW ? undefined : room, what, body, reader);
      // A room that was made for it is there, and the next attempt goes into it.
      const own = posts.room;
      if (!outcome.ok && own !== undefined && room === NEW) {
        setRooms((known = []) => [own, ...known]);
        choose(own.id);
      }
      return outcome;
    },
  };
}

export function RoomSelect({ choice: { rooms, room, title, choose } }: { choice: RoomChoice }) {
  const id = useId();
  return (
    <div className="flex flex-col gap-1.5">
      <Label htmlFor={id}>Room</Label>
      <select
        id={id}
        value={room}
        disabled={rooms === undefined}
        onChange={(event) => choose(event.target.value)}
        className="h-8 rounded-md border border-line-strong bg-bg px-2 text-sm"
      >
        {(rooms ?? []).map((one) => (
          <option key={one.id} value={one.id}>
            {one.code} · {one.title}
          </option>
        ))}
        <option value={NEW}>A new room, “{title}”</option>
      </select>
    </div>
  );
}
