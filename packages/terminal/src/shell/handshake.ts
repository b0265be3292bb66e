import { bootstrapScript, type ScriptOptions } from "./bootstrap.ts";

/** What the bytes of a shell come to while it is being integrated. */
export interface HandshakeSink {
  /** Output for people; marks are still in it. */
  show(bytes: Uint8Array): void;
  /** Input for the shell. */
  send(bytes: Uint8Array): void;
}

/** Bytes in which a mark of the handshake must have ended. */
const MARK_BYTES = 1024;
/** What is hidden at most while the shell is asked to read its integration; more is not the echo of that. */
const HIDDEN_BYTES = 64 * 1024;

/**
 * The beginning of an integrated shell: `bootstrapArgv` says which shell is there, is told what to do, and what its terminal echoes meanwhile is
 * nobody's affair. Where it never says so everything is shown as it came, and nothing was sent.
 */
export class ShellHandshake {
  readonly #options: ScriptOptions;
  readonly #sink: HandshakeSink;
  #phase: "unheard" | "hidden" | "over" = "unheard";
  /** In `unheard` the end of what was shown, in `hidden` everything that was not, as Latin-1. */
  #kept = "";
  #typed: string | undefined;

  constructor(options: ScriptOptions, sink: HandshakeSink) {
    this.#options = options;
    this.#sink = sink;
  }

  /** The bootstrap has said that it runs. */
  get heard(): boolean {
    return this.#phase !== "unheard";
  }

  get over(): boolean {
    return this.#phase === "over";
  }

  push(bytes: Uint8Array): void {
    if (this.#phase === "over") return this.#sink.show(bytes);
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
    if (this.#phase === "unheard") this.#listen(text);
    else this.#hide(text);
  }

  /** Shows what was kept back: it takes too long, or the shell has ended. */
  giveUp(): void {
    const kept = this.#phase === "hidden" ? this.#kept : "";
    this.#phase = "over";
    this.#kept = "";
    this.#show(kept);
  }

  #listen(text: string): void {
    const before = this.#kept.length;
    const all = this.#kept + text;
    // oxlint-disable-next-line no-control-regex -- that is what a mark is made of
    const ready = /\u001b\]633;G;;ready;([^\u0007\u001b]*)\u0007/u.exec(all);
    if (ready === null) {
      this.#show(text);
      this.#kept = all.slice(-MARK_BYTES);
      return;
    }
    const end = ready.index + ready[0].length;
    this.#show(all.slice(before, end));
    this.#phase = "hidden";
    this.#kept = "";
    const { script, typed } = bootstrapScript(ready[1]!, this.#options);
    this.#typed = typed;
    this.#sink.send(new TextEncoder().encode(`${script}\n#end\n`));
    this.#hide(all.slice(end));
  }

  #hide(text: string): void {
    this.#kept += text;
    const { nonce } = this.#options;
    if (this.#typed !== undefined && this.#kept.includes(`\u001b]633;G;${nonce};type\u0007`)) {
      this.#sink.send(new TextEncoder().encode(this.#typed));
      this.#typed = undefined;
    }
    const show = `\u001b]633;G;${nonce};show\u0007`;
    const at = this.#kept.indexOf(show);
    if (at < 0) {
      if (this.#kept.length > HIDDEN_BYTES) this.giveUp();
      return;
    }
    const rest = this.#kept.slice(at + show.length);
    this.#phase = "over";
    this.#kept = "";
    this.#show(rest);
  }

  #show(latin1: string): void {
    if (latin1 !== "") this.#sink.show(Uint8Array.from(Buffer.from(latin1, "latin1")));
  }
}
