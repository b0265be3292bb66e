import fc from "fast-check";

const E = "\u001b";

const number = fc.integer({ min: 0, max: 12 }).map(String);
const text = fc.oneof(
  { weight: 5, arbitrary: fc.stringMatching(/^[a-z ]{1,12}$/) },
  {
    weight: 2,
    arbitrary: fc.constantFrom("漢", "字漢", "é", "e\u0301", "👩‍👩‍👧", "─", "\u0301", "ห้", "한국", "\u{1f1e9}\u{1f1ea}", "❤\ufe0f", "ａ"),
  },
  { weight: 3, arbitrary: fc.constantFrom("\r\n", "\n", "\r", "\t", "\b", "\r\n\r\n") },
);
/** Looks of what comes next. */
export const style = fc
  .array(
    fc.constantFrom(
      "0",
      "1",
      "2",
      "3",
      "4",
      "4:3",
      "5",
      "7",
      "8",
      "9",
      "21",
      "22",
      "24",
      "27",
      "31",
      "39",
      "44",
      "49",
      "53",
      "95",
      "102",
      "38;5;3",
      "48;5;99",
      "38;2;1;2;3",
      "48;2;9;8;7",
      "58:5:4",
      "58:2::3:2:1",
      "59",
    ),
    { minLength: 1, maxLength: 3 },
  )
  .map((list) => `${E}[${list.join(";")}m`);
const sequence = fc.oneof(
  { weight: 4, arbitrary: style },
  { weight: 3, arbitrary: fc.tuple(number, number).map(([y, x]) => `${E}[${y};${x}H`) },
  { weight: 4, arbitrary: fc.tuple(number, fc.constantFrom(..."ABCDEFGIZdXP@LMSTJKab`^")).map(([n, final]) => `${E}[${n}${final}`) },
  fc.tuple(number, number).map(([top, bottom]) => `${E}[${top};${bottom}r`),
  fc
    .tuple(fc.constantFrom("1", "6", "7", "25", "45", "66", "1000", "1003", "1004", "1006", "2004", "2026", "4"), fc.constantFrom("h", "l"))
    .map(([mode, final]) => `${E}[${mode === "4" ? "" : "?"}${mode}${final}`),
  fc.constantFrom(`${E}[?1049h`, `${E}[?1049l`, `${E}[?1047h`, `${E}[?1047l`, `${E}[?47h`, `${E}[?47l`, `${E}[?1048h`, `${E}[?1048l`),
  fc.constantFrom(
    `${E}7`,
    `${E}8`,
    `${E}D`,
    `${E}M`,
    `${E}E`,
    `${E}H`,
    `${E}[g`,
    `${E}[3g`,
    `${E}#8`,
    `${E}[!p`,
    `${E}c`,
    `${E}[3 q`,
    `${E}[0 q`,
    `${E}[2 @`,
    `${E}['}`,
  ),
  fc.constantFrom(`${E}(0`, `${E}(B`, `${E})0`, `${E})B`, `${E}*A`, "\u000e", "\u000f", `${E}n`),
  fc
    .tuple(fc.constantFrom(";https://a.b/", "id=i;https://a.b/c"), fc.stringMatching(/^[a-z]{1,5}$/))
    .map(([link, word]) => `${E}]8;${link}${E}\\${word}${E}]8;;${E}\\`),
);
/** What programs show: text, styles, and everything that moves about. */
export const program = fc
  .array(fc.oneof({ weight: 3, arbitrary: text }, { weight: 2, arbitrary: sequence }), { maxLength: 30 })
  .map((parts) => parts.join(""));
