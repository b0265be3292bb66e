import { Environment, Severity } from "@interlock/protocol";

/** Who asks, where and when; a case may say otherwise than the file's `defaults`. */
export interface Circumstances {
  user?: string;
  groups?: string[];
  environment?: string;
  connection?: string;
  labels?: Record<string, string>;
  /** A moment with its zone. */
  at?: string;
  incident?: string;
}

/** What a case judges: exactly one of them. */
export const JUDGED = ["manifest", "file", "sql", "kubectl"] as const;

/** One thing to judge, and what is expected of it. */
export interface Case extends Circumstances {
  name: string;
  /** Manifests as text. */
  manifest?: string;
  /** A file or folder of manifests, from where the cases are. */
  file?: string;
  /** Asked of the server of `--dsn`, or of `--connection`. */
  sql?: string;
  /** Lines of kubectl, asked of the cluster of `--connection`; without one, by what they say themselves. */
  kubectl?: string;
  /** What the lines read, by name; `-` is standard input. */
  files?: Record<string, string>;
  expect: "allow" | "review" | "deny";
  /** Rules that must have something to say, and those that must not. */
  rules?: string[];
  not?: string[];
  /** How many each group is asked for. */
  reviews?: Record<string, number>;
  /** Part of the message people would read. */
  message?: string;
}

export interface Cases {
  /** From where the cases are. */
  policy?: string;
  defaults?: Circumstances;
  cases: Case[];
}

type Path = (string | number)[];
type Check = (value: unknown) => boolean;

const text: Check = (value) => typeof value === "string" && value !== "";
const texts: Check = (value) => Array.isArray(value) && value.every(text);
const isMap = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);
const mapOf =
  (check: Check): Check =>
  (value) =>
    isMap(value) && Object.values(value).every(check);
const oneOf =
  (words: readonly string[]): Check =>
  (value) =>
    words.includes(value as string);

const CIRCUMSTANCES: Record<keyof Circumstances, [Check, string]> = {
  user: [text, "a name"],
  groups: [texts, "a list of names"],
  environment: [oneOf(Environment.options), Environment.options.join(", ")],
  connection: [text, "a name"],
  labels: [mapOf(text), "a map of texts"],
  at: [text, "a moment with its zone, between quotes"],
  incident: [oneOf(Severity.options), Severity.options.join(", ")],
};

const CASE: Record<Exclude<keyof Case, keyof Circumstances>, [Check, string]> = {
  name: [text, "what the case is called"],
  manifest: [text, "manifests as text"],
  file: [text, "a path"],
  sql: [text, "SQL"],
  kubectl: [text, "lines of kubectl"],
  files: [mapOf((value) => typeof value === "string"), "a map of texts"],
  expect: [oneOf(["allow", "review", "deny"]), "allow, review or deny"],
  rules: [texts, "a list of ids"],
  not: [texts, "a list of ids"],
  reviews: [mapOf((value) => Number.isInteger(value) && Number(value) >= 0), "a number for each group"],
  message: [text, "a part of the message"],
};

/** What is wrong with a file of cases; nothing where it is one. */
export function casesProblems(value: unknown): { path: Path; message: string }[] {
  const problems: { path: Path; message: string }[] = [];
  const check = (given: unknown, fields: Record<string, [Check, string]>, path: Path): void => {
    if (!isMap(given)) return void problems.push({ path, message: "this is no map." });
    for (const [key, one] of Object.entries(given)) {
      const field = Object.hasOwn(fields, key) ? fields[key] : undefined;
      if (field === undefined)
        problems.push({ path: [...path, key], message: `${key} is not known here; there are ${Object.keys(fields).join(", ")}.` });
      else if (!field[0](one)) problems.push({ path: [...path, key], message: `${key} is ${field[1]}.` });
    }
  };
  if (!isMap(value)) return [{ path: [], message: "there are no cases." }];
  check(value, { policy: [text, "a path"], defaults: [isMap, "a map"], cases: [Array.isArray, "a list"] }, []);
  if (isMap(value["defaults"])) check(value["defaults"], CIRCUMSTANCES, ["defaults"]);
  const cases: unknown[] = Array.isArray(value["cases"]) ? value["cases"] : [];
  if (cases.length === 0) problems.push({ path: [], message: "there are no cases, and nothing would be tested." });
  cases.forEach((one, index) => {
    const path = ["cases", index];
    check(one, { ...CASE, ...CIRCUMSTANCES }, path);
    if (!isMap(one)) return;
    for (const key of ["name", "expect"]) if (one[key] === undefined) problems.push({ path, message: `${key} is missing.` });
    const judged = JUDGED.filter((key) => one[key] !== undefined);
    if (judged.length !== 1) problems.push({ path, message: `a case judges one of ${JUDGED.join(", ")}.` });
  });
  return problems;
}
