import { TERMINAL_SCROLLBACK } from "@interlock/protocol";
import { FitAddon } from "@xterm/addon-fit";
import { SearchAddon } from "@xterm/addon-search";
import { UnicodeGraphemesAddon } from "@xterm/addon-unicode-graphemes";
import { WebLinksAddon } from "@xterm/addon-web-links";
import { WebglAddon } from "@xterm/addon-webgl";
import { Terminal } from "@xterm/xterm";
import "@xterm/xterm/css/xterm.css";
import { CellLayer } from "./cell-layer.ts";
import { EchoLayer } from "./echo-layer.ts";
import { LETTERS } from "./letter-size.ts";
import { LineClock } from "./line-clock.ts";
import { PointerMarks } from "./pointer-marks.ts";
import { type EchoMode, PredictiveEcho } from "./predictive-echo.ts";
import { pageColors } from "./terminal-colors.ts";
import "./terminal.css";
import type { Screen } from "./terminal-link.ts";

/** A link that somebody has clicked. Where a program gave it a text of its own, that is `text`. */
export interface ClickedLink {
  address: string;
  text?: string;
}

/** Of the scroll bar, in pixels. */
const SCROLL_BAR = 10;

/**
 * The screen of a terminal in this browser. Its size is the driver's: a driver's pane says what fits, and the screen follows when the agent
 * says so, at that place in the output. For everybody else the letters shrink until the driver's screen fits; where they would be too small to
 * read the pane scrolls, with the cursor in view.
 */
export class XtermScreen implements Screen {
  readonly term: Terminal;
  readonly search = new SearchAddon();
  readonly clock: LineClock;
  readonly layer: CellLayer;
  readonly marks: PointerMarks;
  readonly echo: PredictiveEcho;
  readonly #echoLayer: EchoLayer;
  readonly #container: HTMLElement;
  readonly #fit = new FitAddon();
  readonly #redrawn = new Set<() => void>();
  #webgl: WebglAddon | undefined;
  #letters: number;

  constructor(container: HTMLElement, options: { label: string; letters: number; onLink: (link: ClickedLink) => void }) {
    const { label, letters, onLink } = options;
    this.#container = container;
    this.#letters = letters;
    this.term = new Terminal({
      allowProposedApi: true,
      cursorBlink: true,
      fontFamily: '"JetBrains Mono Variable", "JetBrains Mono", ui-monospace, monospace',
      fontSize: letters,
      scrollback: TERMINAL_SCROLLBACK,
      theme: pageColors(),
      overviewRuler: { width: SCROLL_BAR },
      // Programs choose colours for a black screen.
      minimumContrastRatio: 4.5,
      macOptionIsMeta: true,
      // Only http and https come here: xterm leaves out all others (`allowNonHttpProtocols`).
      linkHandler: { activate: (_event, address, range) => onLink({ address, text: this.#textOf(range) }) },
    });
    this.term.loadAddon(this.#fit);
    this.term.loadAddon(this.search);
    this.term.loadAddon(new UnicodeGraphemesAddon());
    this.term.loadAddon(new WebLinksAddon((_event, address) => onLink({ address })));
    this.term.open(container);
    this.term.textarea?.setAttribute("aria-label", label);
    this.clock = new LineClock(this.term);
    this.layer = new CellLayer(this.term);
    this.marks = new PointerMarks(this.term, this.clock, this.layer);
    this.echo = new PredictiveEcho(this.term);
    this.#echoLayer = new EchoLayer(this.echo, this.layer);
    this.term.onResize(() => this.#lost());
  }

  output(bytes: Uint8Array, drawn: () => void): void {
    this.term.write(bytes, drawn);
  }

  picture(columns: number, rows: number, bytes: Uint8Array, drawn: () => void): void {
    // Behind what was written before it, which a reset leaves to be drawn yet. CAN ends a sequence that it may have left unfinished.
    this.term.write("\x18", () => {
      this.term.reset();
      this.term.resize(columns, rows);
    });
    this.term.write(bytes, drawn);
  }

  size(columns: number, rows: number): void {
    // After what was written before it: xterm draws later than it takes.
    this.term.write("", () => this.term.resize(columns, rows));
  }

  /** Everything up to `offset` is drawn; `anew`: by a picture. */
  drew(offset: number, anew: boolean): void {
    if (anew) this.#lost();
    this.clock.drew(offset);
    this.echo.drew();
    this.layer.refresh();
  }

  /** Something was typed and is sent now. */
  typed(text: string): void {
    this.echo.typed(text);
    this.layer.refresh();
  }

  /** Cells that the pane has room for, at the size of letters the person chose. */
  room(): { columns: number; rows: number } | undefined {
    this.#frame(undefined);
    this.term.options.fontSize = this.#letters;
    const fits = this.#fit.proposeDimensions();
    if (fits === undefined || !Number.isFinite(fits.cols) || !Number.isFinite(fits.rows)) return undefined;
    return { columns: fits.cols, rows: fits.rows };
  }

  /** Shrinks the letters of somebody else's screen until it fits, and puts it in the middle. */
  shrink(): void {
    const room = this.room();
    if (room === undefined) return;
    const share = Math.min(room.columns / this.term.cols, room.rows / this.term.rows, 1);
    // Cells are whole pixels, so the share is not what fits; half a pixel less at a time is.
    for (let size = Math.ceil(this.#letters * share * 2) / 2; ; size -= 0.5) {
      this.term.options.fontSize = Math.max(LETTERS.least, size);
      const fits = this.#fit.proposeDimensions();
      if (size <= LETTERS.least || fits === undefined || (fits.cols >= this.term.cols && fits.rows >= this.term.rows)) break;
    }
    const screen = this.term.element?.querySelector<HTMLElement>(".xterm-screen");
    this.#frame(
      screen === null || screen === undefined ? undefined : { width: screen.clientWidth + SCROLL_BAR, height: screen.clientHeight },
    );
    this.showCursor();
  }

  /** Scrolls the pane, where it is smaller than the screen, so that the cursor can be seen. */
  showCursor(): void {
    const pane = this.#container;
    if (pane.scrollWidth <= pane.clientWidth && pane.scrollHeight <= pane.clientHeight) return;
    const { width, height } = this.layer.cell;
    const { cursorX, cursorY } = this.term.buffer.active;
    const [x, y] = [cursorX * width, cursorY * height];
    if (x < pane.scrollLeft || x + width > pane.scrollLeft + pane.clientWidth) pane.scrollLeft = x - pane.clientWidth / 2;
    if (y < pane.scrollTop || y + height > pane.scrollTop + pane.clientHeight) pane.scrollTop = y - pane.clientHeight / 2;
  }

  /** The size of letters that the person chose. Say `room` or `shrink` afterwards. */
  set letters(size: number) {
    this.#letters = size;
    this.term.options.fontSize = size;
  }

  /** Draws by the graphics card while it is seen: browsers give a page few contexts, and take them back when they like. */
  seen(visible: boolean): void {
    if (!visible) return this.#leaveCard();
    if (this.#webgl !== undefined) return;
    const webgl = new WebglAddon();
    // The page's own means draw it then, until it is seen anew.
    webgl.onContextLoss(() => {
      this.#leaveCard();
      this.#tellRedrawn();
    });
    try {
      this.term.loadAddon(webgl);
      this.#webgl = webgl;
      this.#tellRedrawn();
    } catch (error) {
      // No context to be had (a machine without a card, too many panes): xterm draws with the page's own means.
      console.info("Terminals are drawn without WebGL:", error);
      webgl.dispose();
    }
  }

  /** Calls `listener` when a screen that is seen is drawn by other means: the same letters take other cells then, whole pixels or parts of them. */
  onRedrawn(listener: () => void): () => void {
    this.#redrawn.add(listener);
    return () => void this.#redrawn.delete(listener);
  }

  /** Keeps the lines of the screen as text beside the drawing, and tells new ones, for readers of screens. */
  readOut(on: boolean): void {
    this.term.options.screenReaderMode = on;
  }

  /** When letters are shown before the shell has echoed them. */
  guess(mode: EchoMode): void {
    this.echo.mode = mode;
    this.layer.refresh();
  }

  /**
   * Where the last `lines` before the cursor are drawn, each with all that was wrapped of it, and the cursor's own row: in pixels of the window,
   * also where they are scrolled out of view.
   */
  lineBox(lines: number): { top: number; bottom: number } | undefined {
    const screen = this.term.element?.querySelector(".xterm-screen");
    if (screen === null || screen === undefined) return undefined;
    const { active } = this.term.buffer;
    const last = active.baseY + active.cursorY;
    let first = last;
    for (let seen = 0; first > 0; first--) {
      const wrapped = active.getLine(first)?.isWrapped === true;
      if (!wrapped && (first < last || active.cursorX > 0) && ++seen >= lines) break;
    }
    const { top } = screen.getBoundingClientRect();
    const { height } = this.layer.cell;
    return { top: top + (first - active.viewportY) * height, bottom: top + (last - active.viewportY + 1) * height };
  }

  recolor(): void {
    this.term.options.theme = pageColors();
  }

  dispose(): void {
    this.#echoLayer.dispose();
    this.marks.dispose();
    this.layer.dispose();
    this.term.dispose();
  }

  /** Lines are not where they were. */
  #lost(): void {
    const { offset } = this.clock;
    this.clock.anew();
    if (offset !== undefined) this.clock.drew(offset);
    this.echo.anew();
    this.marks.clear();
    this.layer.refresh();
  }

  /** The size of the screen's own box; without one it fills the pane. */
  #frame(size: { width: number; height: number } | undefined): void {
    const { element } = this.term;
    if (element === undefined) return;
    element.style.width = size === undefined ? "" : `${size.width}px`;
    element.style.height = size === undefined ? "" : `${size.height}px`;
    this.#container.classList.toggle("terminal-letterbox", size !== undefined);
  }

  /** What stands in cells of the buffer, which are counted from 1. */
  #textOf({ start, end }: { start: { x: number; y: number }; end: { x: number; y: number } }): string {
    let text = "";
    for (let y = start.y; y <= end.y; y++)
      text += this.term.buffer.active
        .getLine(y - 1)
        ?.translateToString(y === end.y, y === start.y ? start.x - 1 : 0, y === end.y ? end.x : this.term.cols);
    return text.trim();
  }

  #tellRedrawn(): void {
    for (const listener of this.#redrawn) listener();
  }

  #leaveCard(): void {
    this.#webgl?.dispose();
    this.#webgl = undefined;
  }
}
