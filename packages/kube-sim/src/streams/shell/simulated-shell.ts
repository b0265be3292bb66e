import { setImmediate as turn } from "node:timers/promises";
import type { ProgramStart, RunningProgram } from "../programs.ts";
import { COMMANDS, type Io, resolved, type World } from "./commands.ts";
import { Keyboard } from "./keyboard.ts";
import { type Node, readScript, ScriptError, type Simple, type Word } from "./script.ts";

/** Leaves the shell. */
class Exit extends Error {
  readonly code: number;
  constructor(code: number) {
    super("exit");
    this.code = code;
  }
}

/** Bytes that are kept for who does not read before a program has to wait. */
const AHEAD = 64 * 1024;
const SIGNAL_CODES: Readonly<Record<string, number>> = { HUP: 129, INT: 130, KILL: 137, TERM: 143 };

/** A small sh in a simulated container: it runs the commands of `commands.ts` and nothing of the machine. */
export class SimulatedShell implements RunningProgram {
  readonly ended: Promise<number>;
  readonly #world: World;
  readonly #terminal: boolean;
  readonly #keyboard: Keyboard;
  readonly #waiting: { stream: 1 | 2; text: string }[] = [];
  #size = { columns: 80, rows: 24 };
  #listener: ((stream: 1 | 2, bytes: Uint8Array) => void) | undefined;
  #paused = false;
  #room: (() => void) | undefined;
  #stop = new AbortController();
  #killed: number | undefined;
  #last = 0;
  readonly #pid: number;

  constructor({ argv, tty }: Pick<ProgramStart, "argv" | "tty">, pid: number, world: Omit<World, "size" | "echo">) {
    this.#pid = pid;
    this.#terminal = tty;
    this.#keyboard = new Keyboard({ terminal: tty, show: (text) => this.#write(1, text), interrupt: () => this.#stop.abort() });
    const own = { size: () => this.#size, echo: (on: boolean) => void (this.#keyboard.echoes = on) };
    // Its folder and files are the container's, its variables its own.
    this.#world = Object.assign(Object.create(world) as World, own, { variables: new Map(world.variables), folder: world.folder });
    this.ended = this.#run(argv).then(async (code) => {
      await this.#told();
      return code;
    });
  }

  onOutput(listener: (stream: 1 | 2, bytes: Uint8Array) => void): void {
    this.#listener = listener;
    this.#tell();
  }

  input(bytes: Uint8Array): void {
    this.#keyboard.take(bytes);
  }

  endInput(): void {
    this.#keyboard.end();
  }

  resize(columns: number, rows: number): void {
    this.#size = { columns, rows };
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#tell();
  }

  kill(): void {
    this.signal("KILL");
  }

  signal(name: string): void {
    this.#killed ??= SIGNAL_CODES[name] ?? 143;
    this.#stop.abort();
    this.#keyboard.end();
    this.resume();
  }

  async #run(argv: readonly string[]): Promise<number> {
    // Who listens and types has come by then.
    await turn();
    try {
      const [name = "", option, script] = argv;
      if (name !== "sh") return this.#killed ?? (await this.#command(argv, this.#io()));
      if (option !== "-c") await this.#interactive();
      else await this.#text(script ?? "");
    } catch (error) {
      if (!(error instanceof Exit)) throw error;
      return this.#killed ?? error.code;
    }
    return this.#killed ?? this.#last;
  }

  async #interactive(): Promise<void> {
    while (this.#killed === undefined) {
      if (this.#terminal) this.#write(1, `${this.#world.folder} ${this.#world.user === "root" ? "#" : "$"} `);
      const line = await this.#nextLine();
      if (line === undefined) return;
      await this.#text(line);
    }
  }

  /** A line, an empty one after Ctrl-C. */
  #nextLine(): Promise<string | undefined> {
    this.#stop = new AbortController();
    const { signal } = this.#stop;
    return new Promise((resolve) => {
      signal.addEventListener("abort", () => resolve(this.#killed === undefined ? "" : undefined), { once: true });
      void this.#keyboard.line().then((line) => (signal.aborted ? undefined : resolve(line)));
    });
  }

  async #text(text: string): Promise<void> {
    this.#stop = new AbortController();
    try {
      const script = readScript(text);
      if (script !== undefined) this.#last = await this.#node(script, this.#io());
    } catch (error) {
      if (!(error instanceof ScriptError)) throw error;
      this.#write(2, `sh: ${error.message}\n`);
      this.#last = 2;
    }
  }

  async #node(node: Node, io: Io): Promise<number> {
    if (this.#killed !== undefined) throw new Exit(this.#killed);
    if (io.stop.aborted) return SIGNAL_CODES["INT"]!;
    switch (node.type) {
      case "simple":
        return (this.#last = await this.#simple(node, io));
      case "then":
        await this.#node(node.left, io);
        return this.#node(node.right, io);
      case "and":
      case "or": {
        const code = await this.#node(node.left, io);
        return (code === 0) === (node.type === "and") ? this.#node(node.right, io) : code;
      }
      case "if":
        if ((await this.#node(node.test, io)) === 0) return this.#node(node.body, io);
        return node.otherwise === undefined ? 0 : this.#node(node.otherwise, io);
      case "for": {
        let code = 0;
        for (const value of node.values.flatMap((word) => this.#expand(word))) {
          this.#world.variables.set(node.name, value);
          code = await this.#node(node.body, io);
        }
        return code;
      }
      case "pipe": {
        let input = io.input;
        let code = 0;
        for (const [index, part] of node.parts.entries()) {
          let text = "";
          const last = index === node.parts.length - 1;
          const out = last ? io.out : async (piece: string) => void (text += piece);
          code = await this.#node(part, { ...io, out, input });
          input = text;
        }
        return code;
      }
    }
  }

  async #simple(node: Simple, io: Io): Promise<number> {
    for (const { name, value } of node.assignments) this.#world.variables.set(name, this.#expand(value).join(" "));
    const words = node.words.flatMap((word) => this.#expand(word));
    const quiet = node.quiet ? { complain: () => undefined } : {};
    if (node.output === undefined) return words.length === 0 ? 0 : this.#command(words, { ...io, ...quiet });
    const path = resolved(this.#world.folder, this.#expand(node.output.file).join(" "));
    let text = "";
    const code = await this.#command(words, { ...io, ...quiet, out: async (piece) => void (text += piece) });
    if (path !== "/dev/null") this.#world.files.set(path, `${node.output.append ? (this.#world.files.get(path) ?? "") : ""}${text}`);
    return code;
  }

  async #command(words: readonly string[], io: Io): Promise<number> {
    const [name, ...rest] = words;
    if (name === undefined) return 0;
    switch (name) {
      case "exit":
        throw new Exit(Number(rest[0] ?? this.#last) & 255);
      case "exec":
        if (rest.length === 0) return 0;
        throw new Exit(await this.#command(rest, io));
      case "sh":
        if (rest[0] === "-c") await this.#text(rest[1] ?? "");
        else await this.#interactive();
        return this.#last;
      case "command": {
        const found = rest.at(-1) ?? "";
        const there = found === "sh" || Object.hasOwn(COMMANDS, found);
        if (there) await io.out(`/bin/${found}\n`);
        return there ? 0 : 127;
      }
      default: {
        const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
        if (command !== undefined) return command(rest, io, this.#world);
        io.complain(`sh: ${name}: not found`);
        return 127;
      }
    }
  }

  #io(): Io {
    return {
      input: undefined,
      out: (text) => this.#out(text),
      complain: (text) => this.#write(2, `${text}\n`),
      line: () => this.#nextLine(),
      stop: this.#stop.signal,
    };
  }

  #expand(word: Word): string[] {
    let whole = "";
    let divided = false;
    for (const { text, quote } of word) {
      if (quote === "'") whole += text;
      else {
        whole += this.#valuesIn(text);
        divided ||= quote === "" && text.includes("$");
      }
    }
    if (!divided || word.some(({ quote }) => quote !== "")) return [whole];
    return whole.split(/\s+/).filter((part) => part !== "");
  }

  #valuesIn(text: string): string {
    const value = (name: string): string => this.#world.variables.get(name) ?? "";
    return text.replaceAll(/\$\(\(([^)]*)\)\)|\$\{(\w+)\}|\$(\w+|\$|\?)/g, (_, sum?: string, braced?: string, name?: string) => {
      if (sum !== undefined) return String(sumOf(sum.replaceAll(/\$?([A-Za-z_]\w*)/g, (__, one: string) => value(one) || "0")));
      if (name === "$") return String(this.#pid);
      if (name === "?") return String(this.#last);
      return value(braced ?? name ?? "");
    });
  }

  /** Waits while nobody reads. */
  async #out(text: string): Promise<void> {
    this.#write(1, text);
    const ahead = this.#waiting.reduce((sum, { text: one }) => sum + one.length, 0);
    if (ahead > AHEAD && this.#killed === undefined) await new Promise<void>((resolve) => (this.#room = resolve));
  }

  #write(stream: 1 | 2, text: string): void {
    if (text === "") return;
    this.#waiting.push({ stream: this.#terminal ? 1 : stream, text: this.#terminal ? text.replaceAll("\n", "\r\n") : text });
    this.#tell();
  }

  async #told(): Promise<void> {
    while (this.#waiting.length > 0) await new Promise<void>((resolve) => (this.#room = resolve));
  }

  #tell(): void {
    while (this.#listener !== undefined && !this.#paused) {
      const next = this.#waiting.shift();
      if (next === undefined) break;
      this.#listener(next.stream, Buffer.from(next.text));
    }
    if (this.#waiting.length > 0) return;
    const room = this.#room;
    this.#room = undefined;
    room?.();
  }
}

/** Whole numbers with + - * / % from left to right; products first. */
function sumOf(text: string): number {
  const terms = text.replaceAll(/\s/g, "").match(/\d+|[-+*/%]/g) ?? [];
  const values: number[] = [];
  let sign = "+";
  for (const term of terms) {
    if (!/^\d+$/.test(term)) {
      sign = term;
      continue;
    }
    const number = Number(term);
    if (sign === "*" || sign === "/" || sign === "%") {
      const left = values.pop() ?? 0;
      values.push(sign === "*" ? left * number : number === 0 ? 0 : sign === "/" ? Math.trunc(left / number) : left % number);
    } else values.push(sign === "-" ? -number : number);
  }
  return values.reduce((sum, value) => sum + value, 0);
}
