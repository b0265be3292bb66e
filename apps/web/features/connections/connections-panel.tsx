"use client";
import { Search } from "lucide-react";
import { useDeferredValue, useState } from "react";
import { Input } from "../../components/ui/input.tsx";
import { useRoom, useView } from "../room/room-context.tsx";
import { SectionTitle } from "../room/section-title.tsx";
import { ConnectionBranch } from "./connection-branch.tsx";

/** The targets of the room and what is in them. A click puts a name where the cursor is. */
export function ConnectionsPanel() {
  const connections = useRoom((state) => state.connections);
  const documents = useRoom((state) => state.documents);
  const documentId = useView((view) => view.documentId);
  const [filter, setFilter] = useState("");
  const wanted = useDeferredValue(filter);
  const current = documents.find(({ id }) => id === documentId)?.connectionId ?? connections[0]?.id;
  return (
    <section aria-label="Connections" data-place="connections" tabIndex={-1} className="flex h-full min-h-0 flex-col bg-panel">
      <SectionTitle>Connections</SectionTitle>
      <div className="relative px-3 pb-2">
        <Search aria-hidden="true" className="absolute top-2 left-5 size-3.5 text-faint" />
        <Input
          type="search"
          aria-label="Filter tables, columns and objects"
          placeholder="Filter tables, objects…"
          value={filter}
          onChange={(event) => setFilter(event.target.value)}
          className="h-7 border-line pl-7 text-xs"
        />
      </div>
      <div data-scroller className="min-h-0 flex-1 overflow-y-auto pb-3">
        {connections.length === 0 && <p className="px-3.5 text-xs text-dim">There is no connection yet. An administrator adds one.</p>}
        {connections.map((connection) => (
          <ConnectionBranch key={connection.id} connection={connection} filter={wanted} current={connection.id === current} />
        ))}
      </div>
    </section>
  );
}
