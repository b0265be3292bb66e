import { TERMINAL_SPAN_ROWS, type TerminalSpan } from "@interlock/protocol";
import type { Terminal } from "@xterm/xterm";
import { textOn } from "../../components/ui/avatar.tsx";
import type { CellLayer, Drawn } from "./cell-layer.ts";
import type { LineClock } from "./line-clock.ts";

/** Who points. */
export interface Pointing {
  id: string;
  name: string;
  /** `#rrggbb`. */
  color: string;
}

/** How long something that was pointed at stays marked, and the last part of it in which it fades, in milliseconds. */
const SHOWN = 8_000;
const FADING = 1_000;

interface Mark {
  who: Pointing;
  offset: number;
  span: TerminalSpan;
  lines: HTMLElement[];
  label: HTMLElement;
  timers: ReturnType<typeof setTimeout>[];
}

/** What people point at in a terminal, one place each: in their colour, with their name, on the lines they meant wherever those are by now. */
export class PointerMarks implements Drawn {
  readonly #term: Terminal;
  readonly #clock: LineClock;
  readonly #layer: CellLayer;
  readonly #marks = new Map<string, Mark>();

  constructor(term: Terminal, clock: LineClock, layer: CellLayer) {
    this.#term = term;
    this.#clock = clock;
    this.#layer = layer;
    layer.add(this);
  }

  /** In place of what the same person pointed at before. */
  show(who: Pointing, offset: number, span: TerminalSpan): void {
    this.#remove(who.id);
    const label = this.#layer.make("terminal-pointer-name");
    label.textContent = who.name;
    label.style.backgroundColor = who.color;
    label.style.color = textOn(who.color);
    const lines = Array.from({ length: Math.min(span.toRow - span.fromRow + 1, TERMINAL_SPAN_ROWS) }, () => {
      const line = this.#layer.make("terminal-pointer");
      line.style.setProperty("--pointer", who.color);
      return line;
    });
    const all = [label, ...lines];
    const timers = [
      setTimeout(() => all.forEach((element) => element.classList.add("terminal-pointer-fades")), SHOWN - FADING),
      setTimeout(() => this.#remove(who.id), SHOWN),
    ];
    this.#marks.set(who.id, { who, offset, span, lines, label, timers });
    this.#layer.refresh();
  }

  /** Lines are not where they were: a mark on another line than was meant would be worse than none. */
  clear(): void {
    for (const id of [...this.#marks.keys()]) this.#remove(id);
  }

  /** The text of what is pointed at, as far as it is here; undefined where it is not known which lines those are. */
  textOf(offset: number, span: TerminalSpan): string | undefined {
    const { active } = this.#term.buffer;
    const said: string[] = [];
    for (let row = span.fromRow; row <= span.toRow; row++) {
      const index = this.#index(offset, row, span.alternate);
      if (index === undefined) return undefined;
      const from = row === span.fromRow ? span.fromColumn : 0;
      const to = row === span.toRow ? span.toColumn + 1 : this.#term.cols;
      said.push(active.getLine(index)?.translateToString(true, from, to).trim() ?? "");
    }
    return said.join(" ").trim();
  }

  draw(layer: CellLayer): void {
    for (const { offset, span, lines, label } of this.#marks.values()) {
      let named = false;
      for (const [at, line] of lines.entries()) {
        const row = span.fromRow + at;
        const index = this.#index(offset, row, span.alternate);
        const from = row === span.fromRow ? span.fromColumn : 0;
        const to = row === span.toRow ? span.toColumn : this.#term.cols - 1;
        // A place that is not known, or not drawn yet, is shown nowhere: a mark on another line would be worse than none.
        if (index === undefined || !layer.place(line, { index, column: from }, to - from + 1)) {
          line.hidden = true;
          continue;
        }
        if (named) continue;
        named = true;
        // Above the line, and on the first one of the view below it.
        const below = index === this.#term.buffer.active.viewportY;
        label.classList.toggle("terminal-pointer-below", below);
        layer.place(label, { index, column: from }, 1);
        label.style.width = "";
      }
      label.hidden = !named;
    }
  }

  dispose(): void {
    this.clear();
  }

  #index(offset: number, row: number, alternate: boolean): number | undefined {
    const { active } = this.#term.buffer;
    if (alternate !== (active.type === "alternate")) return undefined;
    if ((this.#clock.offset ?? -1) < offset) return undefined;
    return alternate ? (row < this.#term.rows ? row : undefined) : this.#clock.index(offset, row);
  }

  #remove(id: string): void {
    const mark = this.#marks.get(id);
    if (mark === undefined) return;
    this.#marks.delete(id);
    for (const timer of mark.timers) clearTimeout(timer);
    for (const element of [mark.label, ...mark.lines]) element.remove();
  }
}
