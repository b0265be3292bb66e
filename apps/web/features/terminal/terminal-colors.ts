import type { ITheme } from "@xterm/xterm";

/** Programs choose among sixteen colours by number; these are the look's own, so that red is the red of everything else that destroys. */
const ANSI: Record<string, string> = {
  black: "bg",
  red: "delete",
  green: "read",
  yellow: "modify",
  blue: "accent",
  magenta: "schema",
  cyan: "session",
  white: "unknown",
  brightBlack: "faint",
  brightRed: "delete-text",
  brightGreen: "read-text",
  brightYellow: "modify-text",
  brightBlue: "accent-text",
  brightMagenta: "schema-text",
  brightCyan: "session-text",
  brightWhite: "fg",
};

/** The theme of the page as xterm takes it; `read` gives the value of a design token. */
export function terminalColors(read: (token: string) => string): ITheme {
  return {
    ...Object.fromEntries(Object.entries(ANSI).map(([color, token]) => [color, read(token)])),
    background: read("bg"),
    foreground: read("fg"),
    cursor: read("fg"),
    cursorAccent: read("bg"),
    selectionBackground: read("accent-line"),
    scrollbarSliderBackground: read("line"),
    scrollbarSliderHoverBackground: read("line-strong"),
    scrollbarSliderActiveBackground: read("line-strong"),
    overviewRulerBorder: read("bg"),
  };
}

export const pageColors = (): ITheme =>
  terminalColors((token) => getComputedStyle(document.documentElement).getPropertyValue(`--${token}`).trim());
