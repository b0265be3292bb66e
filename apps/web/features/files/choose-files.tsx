"use client";
import type { Connection } from "@interlock/protocol";
import { FileUp } from "lucide-react";
import { useRef } from "react";
import { Button } from "../../components/ui/button.tsx";
import { useSession } from "../room/room-context.tsx";
import { addFiles } from "./room-files.ts";

/** Takes files of this computer instead of an empty document. */
export function ChooseFiles({ connection, onDone }: { connection: Connection; onDone: () => void }) {
  const session = useSession();
  const chooser = useRef<HTMLInputElement>(null);
  return (
    <>
      <Button variant="ghost" onClick={() => chooser.current?.click()}>
        <FileUp aria-hidden="true" /> Add files…
      </Button>
      <input
        ref={chooser}
        type="file"
        multiple
        hidden
        aria-label={`Files for ${connection.name}`}
        onChange={(event) => {
          const files = [...(event.target.files ?? [])];
          onDone();
          void addFiles(session, connection.name, files);
        }}
      />
    </>
  );
}
