const UNITS: Readonly<Record<string, number>> = { h: 3_600, m: 60, s: 1, ms: 1e-3, us: 1e-6, µs: 1e-6, μs: 1e-6, ns: 1e-9 };

/** Whole seconds of a duration as kubectl reads it (Go, `time.ParseDuration`): `15m`, `1h30m`, `1.5h`, `0`. Undefined for what is none. */
export function durationSeconds(text: string): number | undefined {
  const [, sign = "", rest = ""] = /^([+-]?)(.*)$/su.exec(text) ?? [];
  if (rest === "0") return 0;
  const parts = [...rest.matchAll(/(\d+\.?\d*|\.\d+)(h|ms|m|s|us|µs|μs|ns)/gu)];
  if (rest === "" || parts.map(([whole]) => whole).join("") !== rest) return undefined;
  const seconds = parts.reduce((sum, [, figure, unit]) => sum + Number(figure) * UNITS[unit!]!, 0);
  return Math.trunc(sign === "-" ? -seconds : seconds);
}
