import type { IBufferCell, Terminal } from "@xterm/headless";

/**
 * What a key frame has to know of xterm.js and its public interface does not tell. These are fields of version 6.0.0, which package.json names
 * exactly; `stateOf` fails where they are not there, so that another version is noticed at its first terminal.
 */
export interface XtermState {
  /** Draws at once; throws what xterm throws, which otherwise would end the thread. */
  writeSync(bytes: Uint8Array): void;
  parser: { currentState: number; precedingJoinState: number };
  utf8: { interim: Uint8Array };
  /** SGR and link at the cursor. */
  attributes(): Attributes;
  normal: BufferState;
  alternate: BufferState;
  charsets: { glevel: number; charset: Charset; _charsets: readonly Charset[] };
  core: {
    isCursorHidden: boolean;
    modes: { insertMode: boolean };
    decPrivateModes: {
      applicationCursorKeys: boolean;
      applicationKeypad: boolean;
      bracketedPasteMode: boolean;
      cursorBlink?: boolean;
      cursorStyle?: "block" | "underline" | "bar";
      origin: boolean;
      reverseWraparound: boolean;
      sendFocus: boolean;
      synchronizedOutput: boolean;
      wraparound: boolean;
    };
  };
  mouse: { activeProtocol: string; activeEncoding: string };
  links: { getLinkData(urlId: number): { id?: string; uri: string } | undefined };
}

export type Charset = Readonly<Record<string, string>> | undefined;

/** How a cell looks: colours and flags in the bits of xterm's AttributeData. `extended` counts only where `bg` says so. */
export interface Attributes {
  fg: number;
  bg: number;
  extended: { urlId: number; _ext: number };
}

export interface BufferState {
  x: number;
  y: number;
  ybase: number;
  savedX: number;
  savedY: number;
  savedCurAttrData: Attributes;
  savedCharset: Charset;
  scrollTop: number;
  scrollBottom: number;
  tabs: Readonly<Record<number, boolean>>;
}

export type Cell = IBufferCell & Attributes;

export function stateOf(terminal: Terminal): XtermState {
  const core = (terminal as unknown as { _core: unknown })._core as {
    writeSync(bytes: Uint8Array): void;
    _inputHandler: { _parser: XtermState["parser"]; _utf8Decoder: XtermState["utf8"]; _curAttrData: Attributes };
    _bufferService: { buffers: { normal: BufferState; alt: BufferState } };
    _charsetService: XtermState["charsets"];
    coreService: XtermState["core"];
    coreMouseService: XtermState["mouse"];
    _oscLinkService: XtermState["links"];
  };
  const state: XtermState = {
    writeSync: (bytes) => core.writeSync(bytes),
    parser: core._inputHandler._parser,
    utf8: core._inputHandler._utf8Decoder,
    attributes: () => core._inputHandler._curAttrData,
    // Both buffers are made anew by a reset.
    get normal() {
      return core._bufferService.buffers.normal;
    },
    get alternate() {
      return core._bufferService.buffers.alt;
    },
    charsets: core._charsetService,
    core: core.coreService,
    mouse: core.coreMouseService,
    links: core._oscLinkService,
  };
  const known = [
    state.parser.currentState,
    state.parser.precedingJoinState,
    state.normal.savedX,
    state.alternate.scrollBottom,
    state.attributes().extended._ext,
    state.charsets.glevel,
    state.charsets._charsets.length,
    state.utf8.interim.length,
  ];
  if (
    known.some((value) => typeof value !== "number") ||
    typeof state.core.decPrivateModes.wraparound !== "boolean" ||
    typeof core.writeSync !== "function"
  )
    throw new Error("xterm is not the version whose screens can be kept");
  return state;
}
