import { FitAddon } from "@xterm/addon-fit";
import { SearchAddon } from "@xterm/addon-search";
import { UnicodeGraphemesAddon } from "@xterm/addon-unicode-graphemes";
import { WebLinksAddon } from "@xterm/addon-web-links";
import { WebglAddon } from "@xterm/addon-webgl";
import { Terminal } from "@xterm/xterm";
import "@xterm/xterm/css/xterm.css";
import { pageColors } from "./terminal-colors.ts";
import type { Screen } from "./terminal-link.ts";

/** In pixels. Below the least nobody reads; watchers of a larger screen get at least that. */
export const FONT = { least: 6, usual: 13, most: 28 } as const;

/** Lines above the screen that stay in this browser; older ones are in the recording. */
const SCROLLBACK = 5_000;

/**
 * The screen of a terminal in this browser. Its size is the driver's: a driver's pane says what fits, and the screen follows when the agent
 * says so, at that place in the output. For everybody else the letters shrink until the driver's screen fits.
 */
export class XtermScreen implements Screen {
  readonly term: Terminal;
  readonly search = new SearchAddon();
  readonly #fit = new FitAddon();
  #webgl: WebglAddon | undefined;
  #font: number = FONT.usual;

  constructor(container: HTMLElement, label: string) {
    this.term = new Terminal({
      allowProposedApi: true,
      cursorBlink: true,
      fontFamily: '"JetBrains Mono Variable", "JetBrains Mono", ui-monospace, monospace',
      fontSize: this.#font,
      scrollback: SCROLLBACK,
      theme: pageColors(),
      // Programs choose colours for a black screen.
      minimumContrastRatio: 4.5,
      macOptionIsMeta: true,
    });
    this.term.loadAddon(this.#fit);
    this.term.loadAddon(this.search);
    this.term.loadAddon(new UnicodeGraphemesAddon());
    this.term.loadAddon(new WebLinksAddon((_event, address) => void window.open(address, "_blank", "noopener,noreferrer")));
    this.term.open(container);
    this.term.textarea?.setAttribute("aria-label", label);
  }

  output(bytes: Uint8Array, drawn: () => void): void {
    this.term.write(bytes, drawn);
  }

  picture(columns: number, rows: number, bytes: Uint8Array, drawn: () => void): void {
    this.term.reset();
    this.term.resize(columns, rows);
    this.term.write(bytes, drawn);
  }

  size(columns: number, rows: number): void {
    // After what was written before it: xterm draws later than it takes.
    this.term.write("", () => this.term.resize(columns, rows));
  }

  /** Cells that the pane has room for, at the size of letters the person chose. */
  room(): { columns: number; rows: number } | undefined {
    this.term.options.fontSize = this.#font;
    const fits = this.#fit.proposeDimensions();
    if (fits === undefined || !Number.isFinite(fits.cols) || !Number.isFinite(fits.rows)) return undefined;
    return { columns: fits.cols, rows: fits.rows };
  }

  /** Shrinks the letters of somebody else's screen until it fits. */
  shrink(): void {
    const room = this.room();
    if (room === undefined) return;
    const share = Math.min(room.columns / this.term.cols, room.rows / this.term.rows, 1);
    this.term.options.fontSize = Math.max(FONT.least, Math.floor(this.#font * share * 2) / 2);
  }

  /** Letters larger or smaller by a step, or as usual. */
  zoom(step: 1 | -1 | 0): void {
    this.#font = step === 0 ? FONT.usual : Math.min(FONT.most, Math.max(FONT.least, this.#font + step));
    this.term.options.fontSize = this.#font;
  }

  /** Draws by the graphics card while it is seen: browsers give a page few contexts, and take them back when they like. */
  seen(visible: boolean): void {
    if (!visible) return this.#leaveCard();
    if (this.#webgl !== undefined) return;
    const webgl = new WebglAddon();
    webgl.onContextLoss(() => this.#leaveCard());
    try {
      this.term.loadAddon(webgl);
      this.#webgl = webgl;
    } catch (error) {
      // No context to be had (a machine without a card, too many panes): xterm draws with the page's own means.
      console.info("Terminals are drawn without WebGL:", error);
      webgl.dispose();
    }
  }

  /** Keeps the lines of the screen as text beside the drawing, and tells new ones, for readers of screens. */
  readOut(on: boolean): void {
    this.term.options.screenReaderMode = on;
  }

  recolor(): void {
    this.term.options.theme = pageColors();
  }

  dispose(): void {
    this.term.dispose();
  }

  #leaveCard(): void {
    this.#webgl?.dispose();
    this.#webgl = undefined;
  }
}
