import { CLOSE, type ErrorCode } from "@interlock/protocol";
import type { Welcome } from "../door/door.ts";
import type { Membership } from "../room/membership.ts";
import { TerminalSocket } from "./terminal-socket.ts";
import type { TerminalService } from "./terminal-service.ts";

export interface TerminalWelcomeParts {
  terminals: TerminalService;
  membership: Membership;
}

/** Seats a page at a terminal, as what its person is in the terminal's room; of one that has ended who has seen it is shown the last screen. */
export function welcomeToTerminal({ terminals, membership }: TerminalWelcomeParts): Welcome {
  return async (live, terminalId) => {
    const terminal = terminals.live(terminalId);
    if (terminal === undefined) {
      const ended = terminals.ended(terminalId, live.principal.id);
      if (ended === undefined) return live.end(CLOSE.forbidden, "terminal_ended" satisfies ErrorCode);
      await membership.join(ended.roomId, live.principal);
      new TerminalSocket(live, ended);
      return;
    }
    await membership.join(terminal.roomId, live.principal);
    if (live.closed.aborted) return;
    const socket = new TerminalSocket(live, terminal);
    // Asked for after it could be told of a change; nothing has been read from the browser yet.
    const role = (await membership.roleIn(terminal.roomId, live.principal.id)) ?? "observer";
    const { id, name, groups, identities } = live.principal;
    // It has ended meanwhile: the page comes back by itself, to its last screen.
    if (terminals.live(terminalId) !== terminal) return live.end(CLOSE.restart, "terminal_ended" satisfies ErrorCode);
    const leave = terminal.came(socket, { id, name, groups, identities, role });
    if (live.closed.aborted) leave();
    else live.closed.addEventListener("abort", leave, { once: true });
  };
}
