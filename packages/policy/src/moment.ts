const FIELDS = ["year", "month", "day", "hour", "minute", "second"] as const;
type Parts = Record<(typeof FIELDS)[number], number>;

/** Formatters take about 50 µs to make; there are fewer than a thousand zones. */
const formatters = new Map<string, Intl.DateTimeFormat>();

/** Whether `zone` is an IANA time zone this runtime knows. */
export function isTimeZone(zone: string): boolean {
  try {
    formatterOf(zone);
    return true;
  } catch {
    return false;
  }
}

/**
 * `now` as rules see it. CEL's own timestamp getters go through the host's local time and so are an hour off where the host's clock is put
 * forward; these ask the calendar of the zone. Months and `getDayOfMonth` count from 0, `getDate` from 1, weeks begin on Sunday, as in CEL.
 */
export class Moment {
  readonly ms: number;
  readonly #parts = new Map<string, Parts>();

  constructor(at: Date) {
    this.ms = at.getTime();
  }

  /** Calendar fields in an IANA zone. Throws a RangeError for a zone there is not. */
  in(zone: string): Parts {
    let parts = this.#parts.get(zone);
    if (parts === undefined) {
      parts = {} as Parts;
      for (const { type, value } of formatterOf(zone).formatToParts(this.ms)) {
        if ((FIELDS as readonly string[]).includes(type)) parts[type as keyof Parts] = Number(value);
      }
      this.#parts.set(zone, parts);
    }
    return parts;
  }
}

/** The getters rules may call on `now`, with and without a zone. */
export const MOMENT_GETTERS: Record<string, (moment: Moment, zone: string) => number> = {
  getFullYear: (moment, zone) => moment.in(zone).year,
  getMonth: (moment, zone) => moment.in(zone).month - 1,
  getDate: (moment, zone) => moment.in(zone).day,
  getDayOfMonth: (moment, zone) => moment.in(zone).day - 1,
  getDayOfWeek: (moment, zone) => new Date(dayOf(moment.in(zone))).getUTCDay(),
  getDayOfYear: (moment, zone) => {
    const parts = moment.in(zone);
    return (dayOf(parts) - Date.UTC(parts.year, 0, 1)) / 86_400_000;
  },
  getHours: (moment, zone) => moment.in(zone).hour,
  getMinutes: (moment, zone) => moment.in(zone).minute,
  getSeconds: (moment, zone) => moment.in(zone).second,
};

function dayOf({ year, month, day }: Parts): number {
  return Date.UTC(year, month - 1, day);
}

function formatterOf(zone: string): Intl.DateTimeFormat {
  let formatter = formatters.get(zone);
  if (formatter === undefined) {
    formatter = new Intl.DateTimeFormat("en-US", {
      timeZone: zone,
      calendar: "gregory",
      numberingSystem: "latn",
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
    formatters.set(zone, formatter);
  }
  return formatter;
}
