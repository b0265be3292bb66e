import headless from "@xterm/headless";
import { linkOf } from "./draw-style.ts";
import { UnicodeGraphemesAddon } from "./graphemes.ts";
import { stateOf, type BufferState, type Cell } from "./xterm-state.ts";

export type TestTerminal = InstanceType<typeof headless.Terminal>;

/** A terminal as a browser has one, without its window. */
export function terminalOf(columns: number, rows: number, scrollback: number): TestTerminal {
  const terminal = new headless.Terminal({ cols: columns, rows, scrollback, allowProposedApi: true, logLevel: "off" });
  terminal.loadAddon(new UnicodeGraphemesAddon());
  return terminal;
}

export const write = (terminal: TestTerminal, data: string | Uint8Array): Promise<void> =>
  new Promise((resolve) => terminal.write(data, resolve));

/** Colours and flags without the bits of an earlier colour that xterm leaves behind and never looks at. */
function settled(bits: number): number {
  const mode = bits & 0x3000000;
  const colour = mode === 0x3000000 ? bits & 0xffffff : mode === 0 ? 0 : bits & 0xff;
  return ((bits & ~0x3ffffff) | mode | colour) >>> 0;
}

/** All that a terminal is, cell by cell, for comparison. */
export function described(terminal: TestTerminal): object {
  const state = stateOf(terminal);
  const { core, mouse, charsets } = state;
  const pen = state.attributes();
  const uri = (link: number): string | undefined => (link === 0 ? undefined : state.links.getLinkData(link)?.uri);
  const lines = (name: "normal" | "alternate"): string[] => {
    const buffer = terminal.buffer[name];
    return Array.from({ length: buffer.length }, (_, y) => {
      const line = buffer.getLine(y)!;
      const cells = Array.from({ length: terminal.cols }, (_, x) => {
        const cell = line.getCell(x) as Cell & {
          isUnderline(): number;
          getUnderlineStyle(): number;
          getUnderlineColor(): number;
          getUnderlineColorMode(): number;
        };
        const looks =
          cell.fg === 0 && cell.bg === 0
            ? ""
            : `{${[settled(cell.fg), settled(cell.bg), cell.isUnderline(), cell.getUnderlineStyle(), cell.getUnderlineColor(), cell.getUnderlineColorMode(), uri(linkOf(cell))].join()}}`;
        return `${cell.getChars() === "" ? "_" : JSON.stringify(cell.getChars()).slice(1, -1)}${cell.getWidth() === 1 ? "" : cell.getWidth()}${looks}`;
      });
      return `${line.isWrapped ? ">" : " "}${cells.join("")}`;
    });
  };
  const buffer = (of: BufferState): object => ({
    row: of.y,
    ybase: of.ybase,
    saved: [
      Math.min(of.savedX, terminal.cols - 1),
      Math.min(terminal.rows - 1, Math.max(0, of.savedY - of.ybase)),
      settled(of.savedCurAttrData.fg),
      settled(of.savedCurAttrData.bg & ~0x10000000),
    ],
    savedSet: of.savedCharset,
    region: [of.scrollTop, of.scrollBottom],
    tabs: Object.keys(of.tabs)
      .map(Number)
      .filter((tab) => tab < terminal.cols),
  });
  return {
    active: terminal.buffer.active.type,
    cursor: [terminal.buffer.active.cursorX, terminal.buffer.active.cursorY],
    normal: lines("normal"),
    alternate: lines("alternate"),
    buffers: [buffer(state.normal), buffer(state.alternate)],
    sets: [charsets.glevel, charsets.charset, ...[0, 1, 2, 3].map((slot) => charsets._charsets[slot])],
    modes: [core.decPrivateModes, core.modes, core.isCursorHidden, mouse.activeProtocol, mouse.activeEncoding],
    pen: [
      settled(pen.fg),
      settled(pen.bg),
      settled(pen.extended._ext & ((pen.bg & 0x10000000) === 0 ? 0x3ffffff : -1)),
      uri(pen.extended.urlId),
    ],
    joins: state.parser.precedingJoinState !== 0,
  };
}
