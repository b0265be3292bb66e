import type { AskedToken, IssuedToken } from "@interlock/protocol";

type Account = AskedToken["account"];

export const accountText = ({ namespace, name }: Account): string => `${namespace}/${name}`;

/** How long something lives: `15 min`, `1 h`, `2 h 30 min`, `45 s`, `365 d`. */
export function lifetime(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  if (hours >= 48 && rest === 0 && hours % 24 === 0) return `${hours / 24} d`;
  if (hours === 0) return `${rest} min`;
  return rest === 0 ? `${hours} h` : `${hours} h ${rest} min`;
}

/** What is left of it on a clock: `9:58`, `1:02:03`, `365 d`; `0:00` when it is over. */
export function timeLeft(until: string, now: number): string {
  const left = Math.max(0, Math.ceil((Date.parse(until) - now) / 1_000));
  if (left >= 2 * 86_400) return `${Math.floor(left / 86_400)} d`;
  const [hours, minutes, seconds] = [Math.floor(left / 3_600), Math.floor(left / 60) % 60, left % 60];
  const two = (value: number) => String(value).padStart(2, "0");
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
}

/** What the headline says of the tokens of a plan; undefined where it asks for none. */
export function tokensInWords(tokens: readonly AskedToken[]): string | undefined {
  const [first] = tokens;
  if (first === undefined) return undefined;
  const longest = Math.max(...tokens.map(({ seconds }) => seconds));
  if (tokens.length > 1) return `${tokens.length} tokens for up to ${lifetime(longest)}`;
  return `A token of ${accountText(first.account)} for ${lifetime(longest)}`;
}

const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });

/** `23:01:03`, as the clock on the wall says it. */
export const timeOfDay = (at: string): string => clock.format(new Date(at));

/** What its holder may do in one line: the first of it, and how much more there is. */
export function rightsInShort({ account, rights, more = 0, unread }: AskedToken): string {
  const all = rights.flatMap(({ where, may }) => may.map((what) => `${what} ${where}`));
  const [first] = all;
  const who = `Whoever holds the token of ${accountText(account)}`;
  if (first === undefined)
    return unread.length > 0 ? `What ${who.toLowerCase()} may do is not known` : `${who} may do nothing but learn what the API is`;
  const rest = all.length - 1 + more;
  return `${who} may ${first}${rest > 0 ? `, and ${rest} more` : ""}`;
}

/** The same; with its day where that is another one than `now`'s. */
export function moment(at: string, now: number): string {
  const date = new Date(at);
  const day = date.toLocaleDateString("en-CA");
  return day === new Date(now).toLocaleDateString("en-CA") ? timeOfDay(at) : `${day} ${timeOfDay(at)}`;
}

export type TokenStage = "ready" | "fetched" | "lost" | "expired";

/** What of a token is to be told at this moment. One that nobody fetched while it lived has expired, whatever became of it before. */
export function stageOf({ state, expiresAt, keptUntil }: IssuedToken, now: number): TokenStage {
  if (Date.parse(expiresAt) <= now) return "expired";
  return state === "ready" && Date.parse(keptUntil) <= now ? "lost" : state;
}

/** What a person who is not its proposer reads of a token. */
export function othersWords(stage: TokenStage, { fetchedAt }: IssuedToken, proposer: string): string {
  const at = fetchedAt === undefined ? "" : ` at ${timeOfDay(fetchedAt)}`;
  switch (stage) {
    case "ready":
      return `Waits for ${proposer}, who alone is handed it.`;
    case "fetched":
      return `Handed to ${proposer} alone${at}.`;
    case "lost":
      return `${proposer} did not fetch it in time, so nobody has it. It can still be recognised in the cluster's log.`;
    case "expired":
      return fetchedAt === undefined
        ? `It has expired, and nobody had fetched it.`
        : `It was handed to ${proposer} alone${at}, and has expired.`;
  }
}

/** A name for the file that the browser saves. */
export const kubeconfigName = (connection: string, { namespace, name }: Account): string =>
  `${connection}-${namespace}-${name}.kubeconfig`.replaceAll(/[^\w.-]+/gu, "-");
