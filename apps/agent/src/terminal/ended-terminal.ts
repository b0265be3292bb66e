import { CLOSE, refuse, type ErrorCode, type Outcome } from "@interlock/protocol";
import type { TerminalPeer, TerminalPort } from "./terminal-socket.ts";
import type { Picture } from "./viewers.ts";

/** A terminal that is over: who has seen it and comes back, or whose page is laid out anew, is shown its last screen. */
export class EndedTerminal implements TerminalPort {
  readonly roomId: string;
  readonly #last: Picture;
  readonly #shownTo: ReadonlySet<string>;

  constructor(roomId: string, last: Picture, shownTo: ReadonlySet<string>) {
    this.roomId = roomId;
    this.#last = last;
    this.#shownTo = shownTo;
  }

  wasShownTo(userId: string): boolean {
    return this.#shownTo.has(userId);
  }

  begin(peer: TerminalPeer, offset: number): void {
    const { nextEvent: _events, ...picture } = this.#last;
    if (offset !== picture.offset) peer.send({ type: "picture", ...picture });
    peer.send({ type: "end", offset: picture.offset });
    peer.end(CLOSE.ended, "terminal_ended" satisfies ErrorCode);
  }

  taken(): void {}

  input(): Outcome<void> {
    return refuse("terminal_ended");
  }

  resize(): Outcome<void> {
    return refuse("terminal_ended");
  }

  gesture(): Outcome<void> {
    return refuse("terminal_ended");
  }
}
