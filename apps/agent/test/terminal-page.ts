import { setTimeout as sleep } from "node:timers/promises";
import { readTerminalFrame, writeTerminalFrame, type Problem, type TerminalFrame } from "@interlock/protocol";
import headless from "@xterm/headless";
import { WebSocket } from "ws";

/** A browser's side of a terminal's socket, with a screen. It says what it has drawn, unless it is told not to. */
export class TerminalPage {
  readonly ws: WebSocket;
  readonly frames: TerminalFrame[] = [];
  readonly problems: Problem[] = [];
  closed: { code: number; reason: string } | undefined;
  /** When the last byte of output came, as `performance.now()` says it. */
  lastOutput = 0;
  /** Bytes of output that came, pictures not counted. */
  bytes = 0;
  offset: number;
  silent = false;
  #drawn = 0;
  #said = 0;
  /** Whether it will be said in a moment what is drawn. */
  #waiting = false;
  readonly #screen = new headless.Terminal({ cols: 80, rows: 24, allowProposedApi: true });

  private constructor(ws: WebSocket, offset: number) {
    this.ws = ws;
    this.offset = offset;
    ws.on("message", (data: Buffer, binary) => {
      if (!binary) return void this.problems.push(JSON.parse(data.toString()) as Problem);
      const frame = readTerminalFrame(data);
      if (frame === undefined) throw new Error("not a frame of a terminal");
      this.#draw(frame);
    });
    ws.on("close", (code, reason) => (this.closed = { code, reason: reason.toString() }));
  }

  /** `offset`: what the page has already, -1 for nothing. `number`: which page it is, where it comes again. */
  static async open(url: string, origin: string, offset = -1, number = 0): Promise<TerminalPage> {
    const page = new TerminalPage(new WebSocket(url, { origin }), offset);
    await new Promise<void>((resolve, reject) => {
      page.ws.once("open", resolve);
      page.ws.once("error", reject);
    });
    page.ws.on("error", () => {});
    page.send({ type: "begin", offset, page: number });
    return page;
  }

  send(frame: TerminalFrame): void {
    this.ws.send(writeTerminalFrame(frame));
  }

  type(text: string): void {
    this.send({ type: "input", bytes: new TextEncoder().encode(text) });
  }

  /** The lines of the screen, empty ones at its end left out. */
  get screen(): string {
    const { active } = this.#screen.buffer;
    return Array.from({ length: active.length }, (_, row) => active.getLine(row)?.translateToString(true) ?? "")
      .join("\n")
      .trimEnd();
  }

  /** The screen cell by cell, with colours and looks, the cursor and the modes: the same text for the same screen. */
  get cells(): string {
    const { buffer, modes } = this.#screen;
    const { active } = buffer;
    const lines = Array.from({ length: this.#screen.rows }, (_, row) => {
      const line = active.getLine(active.baseY + row)!;
      return Array.from({ length: this.#screen.cols }, (_, column) => {
        const cell = line.getCell(column)!;
        const colours = [cell.getFgColorMode(), cell.getFgColor(), cell.getBgColorMode(), cell.getBgColor()];
        const looks = [cell.isBold(), cell.isDim(), cell.isItalic(), cell.isUnderline(), cell.isInverse(), cell.isStrikethrough()];
        return `${cell.getChars()}${cell.getWidth()};${colours.join()};${looks.map(Boolean).map(Number).join("")}`;
      }).join(" ");
    });
    return [active.type, active.cursorX, active.cursorY, JSON.stringify(modes), ...lines].join("\n");
  }

  async sees(text: string | RegExp, ms = 10_000): Promise<void> {
    const there = (): boolean => (typeof text === "string" ? this.screen.includes(text) : text.test(this.screen));
    for (const end = Date.now() + ms; !there(); await sleep(5))
      if (Date.now() > end)
        throw new Error(`not seen in ${ms} ms: ${text}\n${this.screen}\n${JSON.stringify([this.closed, this.problems])}`);
  }

  async until(condition: () => boolean, what: string, ms = 10_000): Promise<void> {
    for (const end = Date.now() + ms; !condition(); await sleep(5))
      if (Date.now() > end) throw new Error(`not ${what} in ${ms} ms\n${this.screen}\n${JSON.stringify([this.closed, this.problems])}`);
  }

  close(): void {
    this.ws.close();
  }

  /** Says so with much, or after a moment, as browsers do: who says it of every piece is closed for sending too much. */
  #drew(offset: number): void {
    this.#drawn = offset;
    const say = () => {
      this.#waiting = false;
      this.#said = this.#drawn;
      if (!this.silent && this.ws.readyState === WebSocket.OPEN) this.send({ type: "taken", offset: this.#drawn });
    };
    if (this.#drawn - this.#said >= 64 * 1024) say();
    else if (!this.#waiting) {
      this.#waiting = true;
      setTimeout(say, 20);
    }
  }

  #draw(frame: TerminalFrame): void {
    this.frames.push(frame);
    if (frame.type === "size") this.#screen.resize(frame.columns, frame.rows);
    if (frame.type !== "output" && frame.type !== "picture") return;
    if (frame.type === "picture") {
      this.#screen.reset();
      this.#screen.resize(frame.columns, frame.rows);
      this.offset = frame.offset;
    } else {
      if (this.offset >= 0 && frame.offset !== this.offset) throw new Error(`a gap: ${this.offset} is followed by ${frame.offset}`);
      this.offset = frame.offset + frame.bytes.byteLength;
      this.bytes += frame.bytes.byteLength;
      this.lastOutput = performance.now();
    }
    const { offset } = this;
    this.#screen.write(frame.bytes.slice(), () => this.#drew(offset));
  }
}
