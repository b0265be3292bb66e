import { createHash } from "node:crypto";
import { Ajv2020, type ErrorObject } from "ajv/dist/2020.js";
import type { Effect, Environment, ReviewDemand } from "@interlock/protocol";
import { durationMs } from "./duration.ts";
import { compileExpression } from "./expression.ts";
import { FILE_BYTES_MOST, type FileAct, type FileRule } from "./file-rules.ts";
import type { GuardRule } from "./line-rules.ts";
import type { MaskRules, Match, Policy, PolicyError, Rule, RuleEffect, RuleObligations } from "./policy.ts";
import type { RecordingRule } from "./recording-rules.ts";
import { POLICY_SCHEMA } from "./schema.ts";
import type { Joining, PodMode, TerminalMatch, TerminalRule } from "./terminal-rules.ts";
import { readYaml, type YamlSource } from "./yaml-source.ts";

export type ParsedPolicy = { ok: true; policy: Policy } | { ok: false; errors: PolicyError[] };

/** The shape POLICY_SCHEMA admits. */
interface PolicyText {
  rules: RuleText[];
  masks?: { columns?: string[]; detectors?: string[] }[];
  terminals?: TerminalRuleText[];
  recordings?: RecordingRuleText[];
  files?: FileRuleText[];
}
interface FileRuleText {
  id: string;
  enabled?: boolean;
  match?: MatchText;
  allow?: FileAct[];
  deny?: FileAct[];
  maxBytes?: string;
  reason?: boolean;
  message?: string;
}
interface MatchText {
  environment?: Environment[];
  connectors?: string[];
  connections?: string[];
  effects?: Effect[];
  groups?: string[];
  labels?: Record<string, string | string[]>;
}
interface TerminalRuleText {
  id: string;
  enabled?: boolean;
  match?: MatchText & { pods?: { namespaces?: string[]; labels?: Record<string, string | string[]>; modes?: PodMode[] } };
  joining: Joining;
  moderators?: string[];
  whenModeratorLeaves?: "pause" | "end";
  record?: "on" | "required";
  keep?: string;
  reason?: boolean;
  debugImages?: string[];
  guard?: "off" | { confirm?: Effect[]; ask?: Effect[]; deny?: Effect[]; reviews?: ReviewDemand[] };
  message?: string;
}
interface RecordingRuleText {
  id: string;
  enabled?: boolean;
  match?: Omit<MatchText, "effects" | "groups">;
  keep?: string;
  members?: boolean;
  watchers?: string[];
}
interface RuleText {
  id: string;
  enabled?: boolean;
  match?: MatchText;
  when?: string;
  effect: RuleEffect;
  reviews?: ReviewDemand[];
  obligations?: {
    reason?: boolean;
    guard?: boolean;
    countdown?: string;
    rowCap?: number;
    timeout?: string;
    masks?: string[];
    secrets?: string[];
  };
  message?: string;
}

const LONGEST_COUNTDOWN_MS = 3_600_000;
const LONGEST_TIMEOUT_MS = 24 * 3_600_000;
const LONGEST_KEEP_MS = 24 * 3_600_000;
const LEAST_RECORDING_MS = 3_600_000;
const LONGEST_RECORDING_MS = 36_500 * 24 * 3_600_000;

const isPolicyText = new Ajv2020({ allErrors: true, strictTypes: false }).compile<PolicyText>(POLICY_SCHEMA);

/** SHA-256 (hex) of a policy text. */
export function policyVersion(text: string): string {
  return createHash("sha256").update(text, "utf8").digest("hex");
}

/** Reads, checks and compiles a policy. Never throws; errors come in the order of the text. */
export function parsePolicy(text: string): ParsedPolicy {
  const read = readYaml(text);
  if (!read.ok) return read;
  const { source } = read;
  if (!isPolicyText(source.value)) return { ok: false, errors: ordered(schemaErrors(source, isPolicyText.errors ?? [])) };
  const errors: PolicyError[] = [];
  const seen = new Set<string>();
  const once = (id: string, path: readonly (string | number)[]): void => {
    if (seen.has(id)) errors.push(source.at([...path, "id"], `there is another rule ${id}`));
    seen.add(id);
  };
  const rules = source.value.rules.map((rule, index) => {
    const path = ["rules", index];
    once(rule.id, path);
    return compileRule(source, path, rule, errors);
  });
  const terminals = (source.value.terminals ?? []).map((rule, index) => {
    const path = ["terminals", index];
    once(rule.id, path);
    return compileTerminalRule(source, path, rule, errors);
  });
  const recordings = (source.value.recordings ?? []).map((rule, index) => {
    const path = ["recordings", index];
    once(rule.id, path);
    return compileRecordingRule(source, path, rule, errors);
  });
  const files = (source.value.files ?? []).map((rule, index) => {
    const path = ["files", index];
    once(rule.id, path);
    return compileFileRule(source, path, rule, errors);
  });
  if (errors.length > 0) return { ok: false, errors: ordered(errors) };
  return {
    ok: true,
    policy: { version: policyVersion(text), rules, masks: masksOf(source.value.masks ?? []), terminals, recordings, files },
  };
}

function matchOf({ labels, ...match }: MatchText): Match {
  return labels === undefined ? match : { ...match, labels: listsOf(labels) };
}

const listsOf = (labels: Record<string, string | string[]>): Record<string, string[]> =>
  mapValues(labels, (value) => (typeof value === "string" ? [value] : value));

function terminalMatchOf({ pods, ...match }: NonNullable<TerminalRuleText["match"]>): TerminalMatch {
  if (pods === undefined) return matchOf(match);
  const { labels, ...rest } = pods;
  return { ...matchOf(match), pods: labels === undefined ? rest : { ...rest, labels: listsOf(labels) } };
}

function compileTerminalRule(
  source: YamlSource,
  path: readonly (string | number)[],
  rule: TerminalRuleText,
  errors: PolicyError[],
): TerminalRule {
  if (rule.joining === "moderated" && rule.moderators === undefined)
    errors.push(source.atKey(path, "joining", "moderated needs moderators: the groups of which somebody must be there"));
  if (rule.joining !== "moderated")
    for (const key of ["moderators", "whenModeratorLeaves"] as const)
      if (rule[key] !== undefined)
        errors.push(source.atKey(path, key, `only joining: moderated has ${key}, and this one is ${rule.joining}`));
  if (typeof rule.guard === "object" && rule.guard.reviews !== undefined && rule.guard.ask === undefined)
    errors.push(source.atKey([...path, "guard"], "reviews", "only lines that are asked about have reviews: say which effects in ask"));
  const keepMs = rule.keep === undefined ? undefined : (durationMs(rule.keep) ?? Number.NaN);
  if (keepMs !== undefined && !(keepMs <= LONGEST_KEEP_MS)) errors.push(source.at([...path, "keep"], "keep must be at most 24 h"));
  return {
    id: rule.id,
    enabled: rule.enabled ?? true,
    match: terminalMatchOf(rule.match ?? {}),
    joining: rule.joining,
    moderators: rule.moderators ?? [],
    whenModeratorLeaves: rule.whenModeratorLeaves ?? "pause",
    recordingRequired: rule.record === "required",
    ...(keepMs === undefined ? {} : { keepMs }),
    reason: rule.reason ?? false,
    ...(rule.debugImages === undefined ? {} : { debugImages: rule.debugImages }),
    ...(rule.guard === undefined ? {} : { guard: guardOf(rule.guard) }),
    ...(rule.message === undefined ? {} : { message: rule.message }),
  };
}

function compileRecordingRule(
  source: YamlSource,
  path: readonly (string | number)[],
  { id, enabled, match, keep, members, watchers }: RecordingRuleText,
  errors: PolicyError[],
): RecordingRule {
  const keepMs = keep === undefined ? undefined : (durationMs(keep) ?? Number.NaN);
  if (keepMs !== undefined && !(keepMs >= LEAST_RECORDING_MS && keepMs <= LONGEST_RECORDING_MS))
    errors.push(source.at([...path, "keep"], "keep must be from 1 h to 36500 d"));
  return {
    id,
    enabled: enabled ?? true,
    match: matchOf(match ?? {}),
    members: members ?? true,
    watchers: watchers ?? [],
    ...(keepMs === undefined ? {} : { keepMs }),
  };
}

const UNITS: Record<string, number> = { KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 };

function compileFileRule(source: YamlSource, path: readonly (string | number)[], rule: FileRuleText, errors: PolicyError[]): FileRule {
  const { allow = [], deny = [], maxBytes: size } = rule;
  if (allow.length + deny.length === 0) errors.push(source.at([...path, "id"], "it needs allow or deny: what may be done, or may not"));
  const both = allow.filter((act) => deny.includes(act));
  if (both.length > 0) errors.push(source.at([...path, "deny"], `${both.join(", ")} cannot be both allowed and denied`));
  const maxBytes = size === undefined ? undefined : Number.parseInt(size, 10) * (UNITS[size.slice(-3)] ?? Number.NaN);
  if (maxBytes !== undefined && !(maxBytes > 0 && maxBytes <= FILE_BYTES_MOST))
    errors.push(source.at([...path, "maxBytes"], "maxBytes must be more than nothing and at most 2 GiB"));
  return {
    id: rule.id,
    enabled: rule.enabled ?? true,
    match: matchOf(rule.match ?? {}),
    allow,
    deny,
    ...(maxBytes === undefined ? {} : { maxBytes }),
    reason: rule.reason ?? false,
    ...(rule.message === undefined ? {} : { message: rule.message }),
  };
}

const guardOf = (guard: NonNullable<TerminalRuleText["guard"]>): GuardRule | "off" =>
  guard === "off" ? guard : { confirm: guard.confirm ?? [], ask: guard.ask ?? [], deny: guard.deny ?? [], reviews: guard.reviews ?? [] };

function compileRule(source: YamlSource, path: readonly (string | number)[], rule: RuleText, errors: PolicyError[]): Rule {
  const compiled: Rule = {
    id: rule.id,
    enabled: rule.enabled ?? true,
    match: matchOf(rule.match ?? {}),
    effect: rule.effect,
    reviews: rule.reviews ?? [],
    obligations: obligationsOf(source, path, rule, errors),
  };
  if (rule.message !== undefined) compiled.message = rule.message;
  if (rule.effect === "review" && rule.reviews === undefined)
    errors.push(source.atKey(path, "effect", "a review needs reviews: who, and how many"));
  if (rule.effect !== "review" && rule.reviews !== undefined) {
    errors.push(source.atKey(path, "reviews", `only a rule with effect: review demands reviews, and this one is ${rule.effect}`));
  }
  if (rule.effect === "mask" && rule.obligations?.masks === undefined) {
    errors.push(source.atKey(path, "effect", "a mask needs obligations.masks: what to mask"));
  }
  if (rule.effect === "deny" && rule.obligations !== undefined) {
    errors.push(source.atKey(path, "obligations", "what is denied never runs, so it cannot have obligations"));
  }
  if (rule.obligations?.secrets !== undefined) {
    if (rule.effect === "mask") errors.push(source.atKey(path, "effect", "a mask hides; only an allow or a review shows secrets"));
    if (rule.obligations.reason !== true)
      errors.push(
        source.at([...path, "obligations", "secrets"], "what is shown of a secret is shown for a reason: say reason: true as well"),
      );
  }
  if (rule.when !== undefined) {
    const result = compileExpression(rule.when);
    if (result.ok) compiled.when = result.expression;
    else for (const { offset, message } of result.errors) errors.push(source.inside([...path, "when"], offset, message));
  }
  return compiled;
}

function obligationsOf(source: YamlSource, path: readonly (string | number)[], rule: RuleText, errors: PolicyError[]): RuleObligations {
  const { countdown, timeout, masks, ...rest } = rule.obligations ?? {};
  const obligations: RuleObligations = rest;
  const within = (key: string, text: string, least: number, most: number): number => {
    const ms = durationMs(text) ?? Number.NaN;
    if (!(ms >= least && ms <= most))
      errors.push(source.at([...path, "obligations", key], `${key} must be from ${least} ms to ${most / 3_600_000} h`));
    return ms;
  };
  if (countdown !== undefined) obligations.countdownMs = within("countdown", countdown, 0, LONGEST_COUNTDOWN_MS);
  if (timeout !== undefined) obligations.timeoutMs = within("timeout", timeout, 1, LONGEST_TIMEOUT_MS);
  if (masks !== undefined) obligations.masks = masks.map((mask) => mask.toLowerCase());
  return obligations;
}

function masksOf(masks: NonNullable<PolicyText["masks"]>): MaskRules {
  const columns = masks.flatMap((mask) => mask.columns ?? []).map((column) => column.toLowerCase());
  return { columns: [...new Set(columns)], detectors: [...new Set(masks.flatMap((mask) => mask.detectors ?? []))] };
}

function schemaErrors(source: YamlSource, errors: readonly ErrorObject[]): PolicyError[] {
  return errors
    .filter(({ keyword }) => keyword !== "oneOf" && keyword !== "anyOf")
    .map(({ instancePath, keyword, params, message }) => {
      const path = instancePath.split("/").slice(1).map(unescapePointer);
      if (keyword === "additionalProperties") {
        const key = String(params["additionalProperty"]);
        return source.atKey(path, key, `${key} is not known here`);
      }
      if (keyword === "enum") return source.at(path, `it must be one of ${(params["allowedValues"] as unknown[]).join(", ")}`);
      if (keyword === "const") return source.at(path, `it must be ${String(params["allowedValue"])}`);
      if (keyword === "type" && params["type"] === "string") return source.at(path, "it must be text; put it between quotes");
      return source.at(path, message ?? keyword);
    });
}

function unescapePointer(part: string): string | number {
  const text = part.replaceAll("~1", "/").replaceAll("~0", "~");
  return /^\d+$/.test(text) ? Number(text) : text;
}

function ordered(errors: PolicyError[]): PolicyError[] {
  const seen = new Set<string>();
  return errors
    .toSorted((a, b) => a.line - b.line || a.column - b.column)
    .filter(({ line, column, message }) => {
      const key = `${line}:${column}:${message}`;
      return !seen.has(key) && seen.add(key);
    });
}

function mapValues<A, B>(record: Record<string, A>, change: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}
