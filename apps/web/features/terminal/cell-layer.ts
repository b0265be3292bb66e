import type { IDisposable, Terminal } from "@xterm/xterm";

/** A place in the buffer of a terminal, in cells; lines count from its first one. */
export interface Cell {
  index: number;
  column: number;
}

/** Something that is drawn over the cells. It is asked anew whenever they may have moved. */
export interface Drawn {
  draw(layer: CellLayer): void;
}

/** Elements over the cells of a terminal, which the terminal itself knows nothing of: what stands in its cells is only ever the shell's. */
export class CellLayer implements IDisposable {
  readonly #term: Terminal;
  readonly #element = document.createElement("div");
  readonly #things = new Set<Drawn>();
  readonly #listeners: IDisposable[];
  #frame = 0;

  /** After `term.open`. */
  constructor(term: Terminal) {
    this.#term = term;
    this.#element.className = "terminal-layer";
    this.#element.setAttribute("aria-hidden", "true");
    this.#screen?.append(this.#element);
    const soon = () => this.refresh();
    this.#listeners = [term.onRender(soon), term.onScroll(soon), term.onResize(soon)];
  }

  add(thing: Drawn): void {
    this.#things.add(thing);
    this.refresh();
  }

  /** Draws at the next frame, once, however often it is asked for. */
  refresh(): void {
    if (this.#things.size === 0 || this.#frame !== 0) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      const { fontFamily, fontSize } = this.#term.options;
      this.#element.style.fontFamily = fontFamily ?? "";
      this.#element.style.fontSize = `${fontSize ?? 0}px`;
      for (const thing of this.#things) thing.draw(this);
    });
  }

  /** An element of the layer's; whoever makes it removes it. */
  make(className: string): HTMLElement {
    const element = document.createElement("span");
    element.className = className;
    this.#element.append(element);
    return element;
  }

  /** Puts an element over cells of one line; false where that line is not in view. */
  place(element: HTMLElement, { index, column }: Cell, columns: number): boolean {
    const { width, height } = this.cell;
    const row = index - this.#term.buffer.active.viewportY;
    const inView = row >= 0 && row < this.#term.rows && column < this.#term.cols;
    element.hidden = !inView;
    if (!inView) return false;
    element.style.transform = `translate(${column * width}px, ${row * height}px)`;
    element.style.width = `${Math.min(columns, this.#term.cols - column) * width}px`;
    element.style.height = `${height}px`;
    return true;
  }

  /** In pixels of the page. */
  get cell(): { width: number; height: number } {
    const screen = this.#screen;
    return screen === null
      ? { width: 0, height: 0 }
      : { width: screen.clientWidth / this.#term.cols, height: screen.clientHeight / this.#term.rows };
  }

  /** The cell under a point of the window, the nearest one outside of the screen. */
  under(x: number, y: number): Cell {
    const { left, top } = this.#screen?.getBoundingClientRect() ?? { left: 0, top: 0 };
    const { width, height } = this.cell;
    const within = (value: number, most: number) => Math.max(0, Math.min(most - 1, Math.floor(value)));
    const { active } = this.#term.buffer;
    return {
      index: active.viewportY + within((y - top) / height, this.#term.rows),
      column: within((x - left) / width, this.#term.cols),
    };
  }

  dispose(): void {
    cancelAnimationFrame(this.#frame);
    for (const listener of this.#listeners) listener.dispose();
    this.#element.remove();
    this.#things.clear();
  }

  get #screen(): HTMLElement | null {
    return this.#term.element?.querySelector<HTMLElement>(".xterm-screen") ?? null;
  }
}
