import { styleText } from "node:util";
import type { Effect } from "@interlock/protocol";

type Style = Parameters<typeof styleText>[0];

/** Colours text, or leaves it as it is. Colour carries meaning only: the effect, and what is bad or beside the point. */
export interface Paint {
  effect: (effect: Effect, text: string) => string;
  strong: (text: string) => string;
  faint: (text: string) => string;
  warning: (text: string) => string;
  danger: (text: string) => string;
}

const EFFECT_STYLE: Record<Effect, Style> = {
  read: "green",
  session: "green",
  append: "blue",
  modify: "yellow",
  delete: "red",
  schema: "magenta",
  privilege: "red",
  unknown: ["red", "bold"],
};

export function paint(color: boolean): Paint {
  const as = (style: Style) => (text: string) => (color ? styleText(style, text, { validateStream: false }) : text);
  return {
    effect: (effect, text) => as(EFFECT_STYLE[effect])(text),
    strong: as("bold"),
    faint: as("dim"),
    warning: as("yellow"),
    danger: as("red"),
  };
}
