import { expect, test } from "vitest";
import { cardPlace } from "./card-place.ts";

test.each([
  ["at the top", 400, { top: 8, bottom: 25 }, { side: "bottom", most: 359 }],
  ["just above the middle", 400, { top: 170, bottom: 187 }, { side: "bottom", most: 197 }],
  ["just below the middle", 400, { top: 220, bottom: 237 }, { side: "top", most: 204 }],
  ["at the bottom", 400, { top: 375, bottom: 392 }, { side: "top", most: 359 }],
  ["over many lines in the middle", 400, { top: 150, bottom: 240 }, { side: "bottom", most: 144 }],
  ["scrolled out of view above", 400, { top: -300, bottom: -283 }, { side: "bottom", most: 384 }],
  ["scrolled out of view below", 400, { top: 500, bottom: 517 }, { side: "top", most: 384 }],
] as const)("a card leaves the line free that it asks about: %s", (_where, height, line, place) => {
  expect(cardPlace(height, line)).toEqual(place);
});

test("in a pane that is too low for both a card can still be answered", () => {
  expect(cardPlace(150, { top: 60, bottom: 77 })).toEqual({ side: "bottom", most: 112 });
});
