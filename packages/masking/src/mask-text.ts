import { DETECTORS, drawnBytes, drawSpans, findSpans, mayHold, readDetectors } from "./detectors.ts";

const ALL = readDetectors(DETECTORS);
const encoder = new TextEncoder();
const decoder = new TextDecoder();

const HIDDEN = "••••";
/** Shorter texts are so often part of a command that finding them there says nothing. */
const LEAST_CHARS = 8;
/** Classes of SQLSTATE about the server's own affairs: resources, operators at work, transactions in each other's way. */
const OF_THE_SERVER: ReadonlySet<string> = new Set(["40", "53", "57"]);

/**
 * Masks a server's notice or error. Besides what the detectors find, all places where PostgreSQL puts row values are masked, because an error
 * must not tell what the result would have hidden: `SELECT full_name::int …` names the value in its error, `full_name::regclass` calls it a
 * relation that does not exist, and what code in the database raises (a last line `LOCATION: …`) can be any value at all. Names and words stay
 * readable where the command's own text, `written`, has them. Greedy on purpose: values may hold quotes, brackets and line ends.
 */
export function maskText(text: string, written = ""): string {
  const [, said = "", state, location] = /^([\s\S]*?)(?:\nSQLSTATE: (\w{5}))?(\nLOCATION: [^\n]*)?$/.exec(text) ?? [undefined, text];
  if (location !== undefined) return detected(ofCode(said, written));
  const masked = ofServer(said, state?.slice(0, 2), written);
  return detected(state === undefined ? masked : `${masked}\nSQLSTATE: ${state}`);
}

/** Masks what the detectors find in a message whose quoted parts are names, not values. */
export const maskWords = (text: string): string => detected(text);

/** Even its SQLSTATE is the code's to choose. */
function ofCode(said: string, written: string): string {
  const [severity = "", ...rest] = said.split(": ");
  const message = rest.join(": ");
  return message.length >= LEAST_CHARS && written.includes(message) ? said : `${severity}: ${HIDDEN} (said by code in the database)`;
}

function ofServer(said: string, errorClass: string | undefined, written: string): string {
  const [, message = "", detail, hint] = /^([\s\S]*?)(?:\nDETAIL: ([\s\S]*?))?(?:\nHINT: ([\s\S]*))?$/.exec(said) ?? [undefined, said];
  const masked = (part: string): string => {
    const words = withoutQuotes(withoutRows(part), errorClass, written);
    return errorClass === undefined || OF_THE_SERVER.has(errorClass) ? words : withoutNumbers(words);
  };
  const lines = [masked(message)];
  // Details of data exceptions (class 22) are pieces of the data.
  if (detail !== undefined) lines.push(`DETAIL: ${errorClass === "22" ? HIDDEN : masked(detail)}`);
  if (hint !== undefined) lines.push(`HINT: ${masked(hint)}`);
  return lines.join("\n");
}

/** `index 40000566 out of valid range`: a number can be a value, and any value can be made one. Those of types (`varying(20)`) stay. */
function withoutNumbers(text: string): string {
  return text.replaceAll(/"[^"]*"|(?<!\w|(?:varying|character|bit|numeric|time|timestamp)\()\d\w*/g, (found) =>
    found.startsWith('"') ? found : HIDDEN,
  );
}

/** `Key (email)=(…)`, `Failing row contains (…)`. */
function withoutRows(text: string): string {
  return text.replace(/(=|contains )\([\s\S]*(?:\)|$)/, `$1(${HIDDEN})`);
}

/** What is quoted is a name or a value; it stays only where it is known to be a name. */
function withoutQuotes(text: string, errorClass: string | undefined, written: string): string {
  // What is violated (class 23) is named by the schema; elsewhere a value can be looked up as a name, or read like a violation.
  const rest =
    (errorClass ?? "23") === "23" && /\bviolates\b/.test(text)
      ? text.replaceAll(/\b(?:constraint|column|relation|table) "\w+"/g, "")
      : text;
  const known = [...rest.matchAll(/"([^"]*)("|$)/g)].every(([, name = ""]) => name !== "" && written.includes(name));
  return known ? text : text.replace(/"[\s\S]*(?:"|$)/, `"${HIDDEN}"`);
}

function detected(text: string): string {
  const bytes = encoder.encode(text);
  if (!mayHold(bytes, 0, bytes.length, ALL)) return text;
  const out = new Uint8Array(drawnBytes(bytes.length));
  return decoder.decode(out.subarray(0, drawSpans(bytes, 0, bytes.length, findSpans(bytes, 0, bytes.length, ALL), out, 0)));
}
