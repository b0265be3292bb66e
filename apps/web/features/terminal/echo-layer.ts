import type { CellLayer, Drawn } from "./cell-layer.ts";
import type { PredictiveEcho } from "./predictive-echo.ts";

/** Draws what is typed and has not come back yet, underlined. */
export class EchoLayer implements Drawn {
  readonly #echo: PredictiveEcho;
  readonly #layer: CellLayer;
  readonly #text: HTMLElement;
  readonly #cursor: HTMLElement;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(echo: PredictiveEcho, layer: CellLayer) {
    this.#echo = echo;
    this.#layer = layer;
    this.#text = layer.make("terminal-guess");
    this.#cursor = layer.make("terminal-guess-cursor");
    layer.add(this);
  }

  draw(layer: CellLayer): void {
    const guess = this.#echo.guess();
    clearTimeout(this.#timer);
    const { expires } = this.#echo;
    if (guess !== undefined && expires !== undefined) this.#timer = setTimeout(() => this.#layer.refresh(), expires + 1);
    this.#text.hidden = this.#cursor.hidden = guess === undefined;
    if (guess === undefined) return;
    const { index, column, text, until, cursor } = guess;
    const { width, height } = layer.cell;
    // A cell each: letters of a font that the page chose are not as wide as cells.
    if (this.#text.dataset["text"] !== text) {
      this.#text.dataset["text"] = text;
      this.#text.replaceChildren(
        ...[...text].map((character) => {
          const cell = document.createElement("span");
          cell.textContent = character;
          return cell;
        }),
      );
    }
    this.#text.style.setProperty("--cell", `${width}px`);
    this.#text.style.lineHeight = `${height}px`;
    layer.place(this.#text, { index, column }, Math.max(1, until - column));
    layer.place(this.#cursor, { index, column: cursor }, 1);
  }

  /** What was typed or drawn may change it. */
  refresh(): void {
    this.#layer.refresh();
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#text.remove();
    this.#cursor.remove();
  }
}
