const NAMED: Readonly<Record<string, string>> = {
  "@yearly": "0 0 1 1 *",
  "@annually": "0 0 1 1 *",
  "@monthly": "0 0 1 * *",
  "@weekly": "0 0 * * 0",
  "@daily": "0 0 * * *",
  "@midnight": "0 0 * * *",
  "@hourly": "0 * * * *",
};

const RANGES: readonly [least: number, most: number][] = [
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12],
  [0, 7],
];

const WORDS: readonly (readonly string[])[] = [
  [],
  [],
  [],
  ["", "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"],
  ["sun", "mon", "tue", "wed", "thu", "fri", "sat"],
];

/** Whether a cron schedule (five fields, or a name such as `@daily`) is due in the minute of `time`, in UTC. */
export function isDue(schedule: string, time: Date): boolean {
  const fields = (NAMED[schedule] ?? schedule).trim().split(/\s+/);
  if (fields.length !== 5) return false;
  const values = [time.getUTCMinutes(), time.getUTCHours(), time.getUTCDate(), time.getUTCMonth() + 1, time.getUTCDay()];
  const hits = fields.map((field, at) => covers(field, values[at]!, at) || (at === 4 && values[4] === 0 && covers(field, 7, at)));
  const [minute, hour, day, month, weekday] = hits as [boolean, boolean, boolean, boolean, boolean];
  // When both days are restricted, either will do.
  const days = fields[2] !== "*" && fields[4] !== "*" ? day || weekday : day && weekday;
  return minute && hour && month && days;
}

function covers(field: string, value: number, at: number): boolean {
  const [least, most] = RANGES[at]!;
  const number = (text: string): number => {
    const word = WORDS[at]!.indexOf(text.toLowerCase());
    return word >= 0 ? word : Number(text);
  };
  return field.split(",").some((part) => {
    const [range, step] = part.split("/") as [string, string | undefined];
    const [first, last] =
      range === "*" || range === "?"
        ? [least, most]
        : range.includes("-")
          ? (range.split("-").map(number) as [number, number])
          : [number(range), step === undefined ? number(range) : most];
    return value >= first && value <= last && (value - first) % Number(step ?? 1) === 0;
  });
}
