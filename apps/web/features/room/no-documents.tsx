"use client";
import { Archive, FilePlus2, Plug } from "lucide-react";
import { Button } from "../../components/ui/button.tsx";
import { StatusMessage } from "../../components/ui/status-message.tsx";
import { NewDocument } from "./new-document.tsx";
import { useRoom } from "./room-context.tsx";

/** The middle of a room in which nothing is open: what to do first. */
export function NoDocuments() {
  const connections = useRoom((state) => state.connections.length);
  const observer = useRoom((state) => state.role === "observer");
  const some = useRoom((state) => state.documents.length > 0);
  const closed = useRoom((state) => state.room?.open === false);
  if (some) return null;
  if (closed)
    return (
      <StatusMessage icon={Archive} title="This room is closed">
        Nothing was written in it. It is kept with its timeline; its lead can open it again.
      </StatusMessage>
    );
  if (connections === 0)
    return (
      <StatusMessage icon={Plug} title="There is no connection yet">
        An administrator connects Interlock to a target; then documents can be opened on it here.
      </StatusMessage>
    );
  return (
    <StatusMessage
      icon={FilePlus2}
      title="Nothing is open in this room"
      actions={
        !observer && (
          <NewDocument>
            <Button variant="primary">New document</Button>
          </NewDocument>
        )
      }
    >
      {observer
        ? "Documents that others open show up here."
        : "A document is an editor everybody in the room types in. It belongs to one connection; what is proposed from it runs there."}
    </StatusMessage>
  );
}
