import type { Connection } from "@interlock/protocol";
import { FolderOpen, SquareTerminal } from "lucide-react";
import { Button } from "../../components/ui/button.tsx";
import { hasFiles } from "../host-files/file-commands.ts";
import { useCanAct, useSession } from "../room/room-context.tsx";

/** What can be done at a host, in its place of the list of connections. */
export function HostActs({ connection }: { connection: Connection }) {
  const { id, name } = connection;
  const session = useSession();
  const canAct = useCanAct();
  if (!canAct) return <p className="py-1 pr-3.5 pl-8 text-xs text-dim">You observe; responders open shells and look at files.</p>;
  return (
    <div className="flex flex-col items-start py-1 pr-3.5 pl-6">
      <Button variant="ghost" size="sm" onClick={() => session.openShell({ connectionId: id, name })}>
        <SquareTerminal aria-hidden="true" /> Shell
      </Button>
      {hasFiles(connection) && (
        <Button variant="ghost" size="sm" onClick={() => session.openHostFiles(id)}>
          <FolderOpen aria-hidden="true" /> Files
        </Button>
      )}
    </div>
  );
}
