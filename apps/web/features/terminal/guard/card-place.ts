/** Pixels between a card and what is beside it. */
const GAP = 8;
/** Pixels without which a card cannot be answered: its title, and what it is answered with. */
const LEAST = 112;

export interface CardPlace {
  side: "top" | "bottom";
  /** Pixels that it may be high. */
  most: number;
}

/**
 * Where a card stands that asks about a line: where there is more room, and never over the line itself, unless the pane is too low for both; then
 * the card, which says the line as well. In pixels from the pane's upper edge.
 */
export function cardPlace(height: number, line: { top: number; bottom: number }): CardPlace {
  // What is scrolled out of view leaves all of it.
  const within = (edge: number) => Math.min(height, Math.max(0, edge));
  const above = within(line.top) - 2 * GAP;
  const below = height - within(line.bottom) - 2 * GAP;
  return below >= above ? { side: "bottom", most: Math.max(LEAST, below) } : { side: "top", most: Math.max(LEAST, above) };
}
