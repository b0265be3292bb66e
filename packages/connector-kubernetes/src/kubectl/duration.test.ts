import { expect, test } from "vitest";
import { durationSeconds } from "./duration.ts";

test.each([
  ["15m", 900],
  ["1h30m", 5_400],
  ["1.5h", 5_400],
  [".5h", 1_800],
  ["90s", 90],
  ["1500ms", 1],
  ["2h45m30.5s", 9_930],
  ["-1h", -3_600],
  ["+1h", 3_600],
  ["0", 0],
  ["0s", 0],
  ["", undefined],
  ["1d", undefined],
  ["15", undefined],
  ["1h 30m", undefined],
  ["h", undefined],
  ["-", undefined],
])("%s", (text, seconds) => expect(durationSeconds(text)).toBe(seconds));
