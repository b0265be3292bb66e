import type { Terminal } from "@xterm/headless";
import { isAlike, isErased, isOddPen, sgr, underline } from "./draw-style.ts";
import { drawLines, Pen, WIDE } from "./draw-lines.ts";
import type { ScreenSize } from "./key-frame.ts";
import { stateOf, type BufferState, type Cell, type Charset, type XtermState } from "./xterm-state.ts";

const ESC = "\u001b";
const TAB_STOPS = 8;

/**
 * A terminal's whole state as bytes that bring a fresh one of the same size, scrollback and Unicode version to it: every cell of both buffers, cursor,
 * saved cursors, modes, scroll region, tab stops, character sets, style and link at the cursor, and whether what comes next may join the
 * character before it. undefined while a sequence or character is not whole.
 *
 * What cannot be brought about by sequences and is drawn as the nearest that can: a wide character cut in half by a resize, the second half of one
 * at the end of a line where cells were inserted before it, a full line of the
 * alternate screen whose last cell was erased afterwards, a link that is open after its line was deleted, a cursor that DECRC has put
 * outside the region in origin mode, what xterm 6.0.0 keeps beyond the edges of an alternate screen that a resize has made smaller.
 */
export function drawScreen(terminal: Terminal): string | undefined {
  const state = stateOf(terminal);
  if (state.parser.currentState !== 0 || state.utf8.interim.some((byte) => byte !== 0)) return undefined;
  const pen = new Pen(state.links);
  const { normal, alternate } = terminal.buffer;
  const size = { columns: terminal.cols, rows: terminal.rows };
  const inAlternate = terminal.buffer.active.type === "alternate";

  drawLines(pen, normal, size, (line) => {
    // A saved cursor that has scrolled away is saved on its way.
    if (line === state.normal.savedY && line < state.normal.ybase) saveCursor(pen, state.normal, undefined);
  });
  if (!inAlternate && !isUnsaved(state.alternate)) {
    pen.plain();
    pen.add(`${ESC}[?1047h`);
    saveCursor(pen, state.alternate, state.alternate.savedY - state.alternate.ybase);
    pen.add(`${ESC}[?1047l`);
  }
  drawMargins(pen, state.normal, size, true);
  if (inAlternate) {
    pen.plain();
    // The cursor of the normal screen decides what a resize takes away.
    const { x, y } = state.normal;
    pen.add(`${ESC}[${y + 1};${Math.min(x, size.columns - 1) + 1}H${ESC}[?1047h${ESC}[H`);
    drawLines(pen, alternate, size);
    drawMargins(pen, state.alternate, size);
  }
  const active = inAlternate ? state.alternate : state.normal;
  drawModes(pen, state);
  drawEnd(pen, terminal, state, active, size);
  return pen.text();
}

const isUnsaved = (buffer: BufferState): boolean =>
  buffer.savedX === 0 &&
  buffer.savedY === 0 &&
  buffer.savedCurAttrData.fg === 0 &&
  buffer.savedCurAttrData.bg === 0 &&
  buffer.savedCharset === undefined;

/** Saves the cursor in this row of the screen, or in the one it is in. */
function saveCursor(pen: Pen, buffer: BufferState, row: number | undefined, beyond = false): void {
  if (beyond) {
    pen.plain();
    pen.add(goBeyond(row ?? 0, buffer.savedX));
  } else pen.add(row === undefined ? `${ESC}[${buffer.savedX + 1}G` : `${ESC}[${Math.max(0, row) + 1};${buffer.savedX + 1}H`);
  pen.style({ fg: buffer.savedCurAttrData.fg, bg: buffer.savedCurAttrData.bg, extended: { urlId: 0, _ext: 1 << 26 } });
  const set = designator(buffer.savedCharset);
  if (set !== "B") pen.add(`${ESC}(${set}`);
  pen.add(`${ESC}7`);
  if (set !== "B") pen.add(`${ESC}(B`);
  pen.plain();
  if (row === undefined) pen.add("\r");
}

/**
 * Puts the cursor behind the last cell of a line of the normal screen and leaves what stands there: the buffers share the cursor, and the other one
 * is emptied again.
 */
const goBeyond = (row: number, columns: number): string => `${ESC}[?1047h${ESC}[${row + 1};${columns}H ${ESC}[?1047l`;

/** Tab stops, scroll region and saved cursor of the buffer that is shown. */
function drawMargins(pen: Pen, buffer: BufferState, { columns, rows }: ScreenSize, normal = false): void {
  const stops = Object.keys(buffer.tabs)
    .map(Number)
    .filter((stop) => stop < columns && buffer.tabs[stop] === true);
  const usual = Array.from({ length: Math.ceil(columns / TAB_STOPS) }, (_, i) => i * TAB_STOPS);
  if (stops.join() !== usual.join()) pen.add(`${ESC}[3g${stops.map((stop) => `${ESC}[${stop + 1}G${ESC}H`).join("")}`);
  if (buffer.scrollTop !== 0 || buffer.scrollBottom !== rows - 1) pen.add(`${ESC}[${buffer.scrollTop + 1};${buffer.scrollBottom + 1}r`);
  if (pen.savedCursor || (!isUnsaved(buffer) && buffer.savedY >= buffer.ybase))
    saveCursor(pen, buffer, buffer.savedY - buffer.ybase, normal && buffer.savedX === columns);
}

const MOUSE: Readonly<Record<string, number>> = { X10: 9, VT200: 1000, DRAG: 1002, ANY: 1003, SGR: 1006, SGR_PIXELS: 1016 };

/** Modes that move nothing and change nothing that is yet to be drawn. */
function drawModes(pen: Pen, { core, mouse }: XtermState): void {
  const modes = core.decPrivateModes;
  const set = (mode: number): void => pen.add(`${ESC}[?${mode}h`);
  if (modes.applicationCursorKeys) set(1);
  if (modes.applicationKeypad) set(66);
  if (modes.bracketedPasteMode) set(2004);
  if (modes.reverseWraparound) set(45);
  if (modes.sendFocus) set(1004);
  for (const mode of [MOUSE[mouse.activeProtocol], MOUSE[mouse.activeEncoding]]) if (mode !== undefined) set(mode);
  if (modes.cursorStyle !== undefined) {
    const shape = { block: 2, underline: 4, bar: 6 }[modes.cursorStyle];
    pen.add(`${ESC}[${shape - (modes.cursorBlink === true ? 1 : 0)} q`);
  }
  if (core.isCursorHidden) pen.add(`${ESC}[?25l`);
  if (modes.synchronizedOutput) set(2026);
}

/** The allowed sets, by what they do. */
function designator(charset: Charset): "0" | "A" | "B" {
  if (charset === undefined) return "B";
  return charset["q"] === "\u2500" ? "0" : charset["#"] === "\u00a3" ? "A" : "B";
}

function drawCharsets(pen: Pen, { charsets }: XtermState): void {
  for (const [slot, intermediate] of ["(", ")", "*", "+"].entries()) {
    const set = designator(charsets._charsets[slot]);
    if (set !== "B") pen.add(`${ESC}${intermediate}${set}`);
  }
  if (charsets.glevel !== 0) pen.add(["", "\u000e", `${ESC}n`, `${ESC}o`][charsets.glevel]!);
}

/** Cursor, style and what else the next byte depends on, in an order in which nothing undoes what was before. */
function drawEnd(pen: Pen, terminal: Terminal, state: XtermState, active: BufferState, size: ScreenSize): void {
  const { charsets, core } = state;
  const now = state.attributes();
  const saved = active.savedCurAttrData;
  // Only restoring a cursor leaves a set that is not the designated one, an underline without a style, or a style without an underline.
  const keepStyle = isAlike(now, saved) && isOddPen(now);
  const restored = keepStyle || (charsets.charset !== charsets._charsets[charsets.glevel] && charsets.charset === active.savedCharset);
  const left = cellBefore(terminal, active);
  // After a resize another character may stand there than the one that was printed.
  const atLast = active.x === terminal.cols - 1 && !core.decPrivateModes.wraparound;
  // A wide character that found no room stands nowhere, and the next may join it all the same.
  const noRoom = atLast && state.parser.precedingJoinState !== 0 && !core.modes.insertMode && left?.cell.getWidth() === 2;
  const joins = !noRoom && state.parser.precedingJoinState !== 0 && left !== undefined && (keepStyle || sgr(left.cell) === sgr(now));
  if (joins || restored) drawCharsets(pen, state);
  if (restored) {
    pen.plain();
    if (keepStyle) pen.add(underline(now));
    pen.add(`${ESC}8`);
    if (keepStyle && now.bg !== saved.bg) pen.add(`${ESC}]8;;a:${ESC}\\${ESC}]8;;${ESC}\\`);
    pen.forgetStyle();
  }
  if (core.decPrivateModes.origin) pen.add(`${ESC}[?6h`);
  if (!core.decPrivateModes.wraparound) pen.add(`${ESC}[?7l`);
  const row = active.y - (core.decPrivateModes.origin ? active.scrollTop : 0) + 1;
  const go = (column: number): void => pen.add(`${ESC}[${row};${column + 1}H`);
  const pending = active.x >= size.columns;
  const before = joins || pending ? left : undefined;
  if (noRoom) {
    go(left!.x);
    pen.style(left!.cell);
    pen.add(left!.text);
    pen.style(now, true);
    drawCharsets(pen, state);
    pen.add(WIDE);
    return;
  }
  if (before === undefined && pending) beyondEmptyCell(pen, terminal, active, go);
  else if (before === undefined) go(active.x);
  else {
    go(before.x);
    if (core.modes.insertMode && !pending) pen.add(`${ESC}[${active.x - before.x}P`);
    if (core.modes.insertMode) pen.add(`${ESC}[4h`);
    if (joins && !keepStyle) pen.style(now, true);
    else if (!keepStyle) pen.style(before.cell);
    pen.add(before.text);
  }
  if (before === undefined && core.modes.insertMode) pen.add(`${ESC}[4h`);
  if (before !== undefined && joins) return;
  // Any sequence keeps what comes next from joining.
  if (before !== undefined) pen.add(`${ESC}[?25${core.isCursorHidden ? "l" : "h"}`);
  if (!keepStyle) pen.style(now, true);
  if (!(joins || restored)) drawCharsets(pen, state);
}

/** The character left of the cursor, which has to be printed again where the next may join it, or where the line is full. */
function cellBefore(terminal: Terminal, active: BufferState): { x: number; text: string; cell: Cell } | undefined {
  const line = terminal.buffer.active.getLine(active.ybase + active.y);
  let x = Math.min(active.x, terminal.cols) - 1;
  let cell = line?.getCell(x) as Cell | undefined;
  if (cell !== undefined && x > 0 && cell.getWidth() === 0 && cell.getChars() === "") cell = line!.getCell(--x) as Cell;
  if (cell === undefined) return undefined;
  const text = cell.getChars();
  return text === "" || (x + 1 === terminal.cols && cell.getWidth() === 2) ? undefined : { x, text, cell };
}

/** The cursor behind the last cell of a line whose last cell is empty: it was printed and then erased, or scrolled away. */
function beyondEmptyCell(pen: Pen, terminal: Terminal, active: BufferState, go: (column: number) => void): void {
  const last = terminal.cols - 1;
  if (terminal.buffer.active.type === "normal") {
    pen.plain();
    pen.add(goBeyond(active.y, terminal.cols));
    return;
  }
  go(last);
  const line = terminal.buffer.active.getLine(active.ybase + active.y)!;
  const cell = line.getCell(last) as Cell;
  const { fg, bg } = cell;
  pen.style(cell);
  pen.add(" ");
  for (let x = 0; x < last; x++) {
    const other = line.getCell(x) as Cell;
    if (other.getChars() !== "" || other.fg !== fg || other.bg !== bg) return;
  }
  // Erasing the whole line moves nothing.
  if (isErased(cell)) pen.add(`${ESC}[1K`);
}
