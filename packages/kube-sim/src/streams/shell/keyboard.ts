import { StringDecoder } from "node:string_decoder";

/** What a terminal does with keys before a program has them: shows them, takes characters back, ends lines; and what Ctrl-C and Ctrl-D mean. */
export class Keyboard {
  readonly #decoder = new StringDecoder("utf8");
  readonly #terminal: boolean;
  readonly #show: (text: string) => void;
  readonly #interrupt: () => void;
  readonly #lines: string[] = [];
  readonly #history: string[] = [];
  /** How far back in what was typed before one is. */
  #back = 0;
  #line = "";
  #sequence = "";
  #ended = false;
  #waiting: ((line: string | undefined) => void) | undefined;
  echoes = true;

  constructor({ terminal, show, interrupt }: { terminal: boolean; show: (text: string) => void; interrupt: () => void }) {
    this.#terminal = terminal;
    this.#show = show;
    this.#interrupt = interrupt;
  }

  /** The next line without its end; undefined at the end of the input. */
  line(): Promise<string | undefined> {
    const line = this.#lines.shift();
    if (line !== undefined || this.#ended) return Promise.resolve(line);
    return new Promise((resolve) => (this.#waiting = resolve));
  }

  take(bytes: Uint8Array): void {
    for (const key of this.#decoder.write(Buffer.from(bytes))) {
      if (this.#terminal) this.#key(key);
      else if (key === "\n") this.#enter();
      else this.#line += key;
    }
  }

  end(): void {
    if (this.#line !== "" && !this.#terminal) this.#enter();
    this.#ended = true;
    this.#waiting?.(undefined);
    this.#waiting = undefined;
  }

  #key(key: string): void {
    if (this.#sequence !== "" || key === "\u001b") return this.#escape(key);
    switch (key) {
      case "\r":
      case "\n":
        if (this.echoes) this.#show("\n");
        if (this.#line.trim() !== "") this.#history.push(this.#line);
        this.#back = 0;
        return this.#enter();
      case "\u0003":
        this.#show("^C\n");
        this.#line = "";
        return this.#interrupt();
      case "\u0004":
        if (this.#line === "") this.end();
        return;
      case "\u0015":
        return this.#replace("");
      case "\u007f":
      case "\b":
        return this.#replace([...this.#line].slice(0, -1).join(""));
      default:
        if (key < " ") return;
        this.#line += key;
        if (this.echoes) this.#show(key);
    }
  }

  /** Of keys that send several characters, up and down bring back what was typed before; the others do nothing. */
  #escape(key: string): void {
    this.#sequence += key;
    if (this.#sequence.length < 3 || !/[A-Za-z~]$/.test(key)) return;
    const step = this.#sequence === "\u001b[A" ? 1 : this.#sequence === "\u001b[B" ? -1 : 0;
    this.#sequence = "";
    this.#back = Math.min(Math.max(this.#back + step, 0), this.#history.length);
    if (step !== 0) this.#replace(this.#back === 0 ? "" : (this.#history.at(-this.#back) ?? ""));
  }

  #replace(line: string): void {
    const gone = [...this.#line].length;
    this.#line = line;
    if (this.echoes) this.#show(`${"\b \b".repeat(gone)}${line}`);
  }

  #enter(): void {
    const line = this.#line;
    this.#line = "";
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting === undefined) this.#lines.push(line);
    else waiting(line);
  }
}
