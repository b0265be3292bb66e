import type { TerminalPod } from "@interlock/protocol";
import { toast } from "sonner";
import { newKey } from "../room/request-key.ts";
import type { RoomSession } from "../room/room-session.ts";

/** Where a shell is opened. */
export interface ShellTarget {
  connectionId: string;
  name: string;
  pod?: TerminalPod;
}

/** Until a pane says what it has room for. */
const SIZE = { columns: 120, rows: 32 } as const;

/** Opens a shell and shows it; true once that is done. Where policy wants a reason the view's `shell` asks for it, and this is called again. */
export async function openShell(session: RoomSession, target: ShellTarget, reason?: string): Promise<boolean> {
  const { connectionId, pod } = target;
  const request = {
    type: "terminal.open" as const,
    key: newKey(),
    connectionId,
    ...SIZE,
    ...(pod === undefined ? {} : { pod }),
    ...(reason === undefined ? {} : { reason }),
  };
  const answer = await session.ask(request, ["reason_required"]);
  if (!answer.ok) {
    session.show({ shell: answer.code === "reason_required" ? target : undefined });
    return false;
  }
  session.show({ shell: undefined });
  const { terminalId } = answer.value;
  if (typeof terminalId === "string") session.showTerminal(terminalId);
  else toast.error("The shell was opened, but not said where.");
  return true;
}
