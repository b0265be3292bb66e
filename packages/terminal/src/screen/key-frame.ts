/** Of a terminal, in cells. */
export interface ScreenSize {
  columns: number;
  rows: number;
}

/** Lines of scrollback of a key frame; whoever shows one keeps as many, or lines that wrap would part from what was. */
export const SCROLLBACK_LINES = 1000;

/** What a browser that comes late is sent first: written to a fresh terminal of this size it makes the screen of this offset. */
export interface KeyFrame extends ScreenSize {
  /** Bytes of the stream it stands for. */
  offset: number;
  /** Line feeds among them: who missed some is told how many lines that was. */
  lines: number;
  /** Number of the first event it does not hold: what is told at `offset` from this number on comes after it. */
  nextEvent: number;
  /** Whether the program has the alternate screen. */
  alternate: boolean;
  /** What the program calls itself. */
  title: string;
  /** UTF-8 for a fresh xterm 6 with `SCROLLBACK_LINES` and the Unicode of addon-unicode-graphemes. */
  screen: Uint8Array<ArrayBuffer>;
}

/** What is to be drawn, in its order. */
export type ToDrawing =
  | { do: "open"; id: string; columns: number; rows: number; scrollback: number }
  /** The memory is not used again before they are drawn. */
  | { do: "bytes"; id: string; bytes: Uint8Array }
  | { do: "resize"; id: string; columns: number; rows: number; nextEvent: number }
  | { do: "title"; id: string; title: string; nextEvent: number }
  | { do: "frame"; id: string; request: number }
  | { do: "close"; id: string };

/** The same, as the thread that draws is told it: bytes that the ring has room for are there. */
export type ToThread =
  | Exclude<ToDrawing, { do: "open" }>
  | (Extract<ToDrawing, { do: "open" }> & { ring: SharedArrayBuffer })
  /** So many more bytes in the ring. */
  | { do: "appended"; id: string; bytes: number };

/** What it says. */
export type FromDrawing =
  | { did: "drawn"; id: string; offset: number }
  | { did: "frame"; id: string; frame: KeyFrame; request: number }
  /** xterm could not go on with this terminal's output; the others go on. */
  | { did: "broke"; id: string; why: string };
