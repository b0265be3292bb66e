import { EFFECTS, Environment, POD_MODES } from "@interlock/protocol";
import { FILE_ACTS } from "./file-rules.ts";
import { JOINING } from "./terminal-rules.ts";

/** Values `masks` may name as detectors; what they find is documented in @interlock/masking. */
export const DETECTORS = ["email", "card"] as const;

const NAME = { type: "string", minLength: 1, maxLength: 200 } as const;
const names = (description: string) => ({ type: "array", items: NAME, minItems: 1, uniqueItems: true, description });
const acts = (description: string) => ({ type: "array", items: { enum: FILE_ACTS }, minItems: 1, uniqueItems: true, description });
const DURATION = { type: "string", pattern: "^[0-9]{1,9}(ms|s|m|h)$" } as const;

/** Of what is kept for long. */
const LONG_DURATION = { type: "string", pattern: "^[0-9]{1,5}(h|d)$" } as const;

/** One `schema.table.column`, each part a name or `*`. */
const COLUMN = { type: "string", pattern: "^[^.\\s]+\\.[^.\\s]+\\.[^.\\s]+$", maxLength: 200 } as const;

/** One `namespace/name/key`, each part a name or `*`. */
const SECRET = { type: "string", pattern: "^[^/\\s]+/[^/\\s]+/[^/\\s]+$", maxLength: 600 } as const;

const effects = (description: string) => ({ type: "array", minItems: 1, uniqueItems: true, items: { enum: EFFECTS }, description });

/** Who agrees: so many different people of a group each. */
const REVIEWS = {
  type: "array",
  minItems: 1,
  items: {
    type: "object",
    required: ["count", "group"],
    additionalProperties: false,
    properties: { count: { type: "integer", minimum: 1, maximum: 10 }, group: NAME },
  },
} as const;

/** What a rule is about, but for the effects of statements. */
const PLACE = {
  environment: { type: "array", minItems: 1, uniqueItems: true, items: { enum: Environment.options } },
  connectors: names("Connector names, e.g. postgres."),
  connections: names("Connection names."),
  groups: names("Groups of the person who proposes."),
  labels: {
    type: "object",
    minProperties: 1,
    additionalProperties: { oneOf: [NAME, names("Any of these.")] },
    description: "Labels of the connection.",
  },
} as const;

const { groups: _groups, ...TARGET } = PLACE;

/**
 * JSON Schema (draft 2020-12) of a policy document, for the editor and for `parsePolicy`. What it cannot say (unique ids, the types of
 * expressions, how long a countdown may be) `parsePolicy` checks beside it.
 */
export const POLICY_SCHEMA = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  $id: "urn:interlock:policy:1",
  title: "Interlock policy",
  type: "object",
  required: ["version", "rules"],
  additionalProperties: false,
  properties: {
    version: { const: 1, description: "Version of this format." },
    rules: {
      type: "array",
      maxItems: 1000,
      items: { $ref: "#/$defs/rule" },
      description: "Every rule is judged; their order says nothing.",
    },
    masks: {
      type: "array",
      items: { $ref: "#/$defs/mask" },
      description: "What nobody sees in results, notices and errors, whatever the rules say.",
    },
    terminals: {
      type: "array",
      maxItems: 1000,
      items: { $ref: "#/$defs/terminal" },
      description: "Who may open a shell where. Every rule is judged, the strictest holds, and what no rule permits is denied.",
    },
    recordings: {
      type: "array",
      maxItems: 1000,
      items: { $ref: "#/$defs/recording" },
      description: "Who may watch what was shown in a shell, and how long it is kept. Every rule is judged.",
    },
    files: {
      type: "array",
      maxItems: 1000,
      items: { $ref: "#/$defs/file" },
      description: "Who may do what with the files of hosts. Every rule is judged, deny wins, and what no rule allows is denied.",
    },
  },
  $defs: {
    mask: {
      type: "object",
      additionalProperties: false,
      minProperties: 1,
      properties: {
        columns: { type: "array", minItems: 1, items: COLUMN, description: "schema.table.column; * stands for any one part." },
        detectors: { type: "array", minItems: 1, items: { enum: DETECTORS }, description: "What to look for in other text columns." },
      },
    },
    pods: {
      type: "object",
      additionalProperties: false,
      minProperties: 1,
      description: "Of shells in pods only; a shell of a host is in none.",
      properties: {
        namespaces: names("Namespaces of the pod."),
        labels: {
          type: "object",
          minProperties: 1,
          additionalProperties: { oneOf: [NAME, names("Any of these.")] },
          description: "Labels of the pod.",
        },
        modes: {
          type: "array",
          minItems: 1,
          uniqueItems: true,
          items: { enum: POD_MODES },
          description: "exec: a shell beside what runs; attach: the program of a container; debug: a container put into the pod.",
        },
      },
    },
    terminal: {
      type: "object",
      required: ["id", "joining"],
      additionalProperties: false,
      properties: {
        id: { type: "string", pattern: "^[a-z0-9][a-z0-9-]{0,63}$", description: "Shown wherever the rule decides." },
        enabled: { type: "boolean", default: true, description: "false keeps the rule in the file without effect." },
        match: {
          type: "object",
          additionalProperties: false,
          description: "Every part given must hold.",
          properties: { ...PLACE, pods: { $ref: "#/$defs/pods" } },
        },
        joining: {
          enum: JOINING,
          description:
            "peer: responders of the room may be given control; observe: only who opened it types; moderated: nothing connects until a moderator is there; deny: no shell.",
        },
        moderators: names("Groups of which somebody else must be there, for joining: moderated."),
        whenModeratorLeaves: { enum: ["pause", "end"], default: "pause", description: "pause: nothing can be typed until one is back." },
        record: { enum: ["on", "required"], default: "on", description: "required: it ends where it cannot be recorded." },
        keep: { ...DURATION, description: "How long it goes on while nobody looks, e.g. 15m." },
        reason: { type: "boolean", description: "Who opens it says why." },
        debugImages: {
          type: "array",
          minItems: 1,
          uniqueItems: true,
          items: { type: "string", pattern: "^[^\\s]{1,500}$" },
          description:
            "What containers for debugging may be made of; * stands for anything, and an entry with @sha256: wants a digest. Of every rule that lists some one must fit; where none does there are none.",
        },
        guard: {
          description: "What becomes of a line before it runs, by its effects; off leaves the shell as it is.",
          anyOf: [{ const: "off" }, { $ref: "#/$defs/guard" }],
        },
        message: { type: "string", minLength: 1, maxLength: 500, description: "What people read when the rule decides." },
      },
    },
    recording: {
      type: "object",
      required: ["id"],
      additionalProperties: false,
      properties: {
        id: { type: "string", pattern: "^[a-z0-9][a-z0-9-]{0,63}$", description: "Named in the log when it removes one." },
        enabled: { type: "boolean", default: true, description: "false keeps the rule in the file without effect." },
        match: { type: "object", additionalProperties: false, description: "Every part given must hold.", properties: TARGET },
        keep: { ...LONG_DURATION, description: "How long after the shell has ended, e.g. 90d; of several rules the longest holds." },
        members: { type: "boolean", default: true, description: "false: being in the room is not enough to watch." },
        watchers: names("Groups that may watch without being in the room; administrators always may."),
      },
    },
    file: {
      type: "object",
      required: ["id"],
      additionalProperties: false,
      properties: {
        id: { type: "string", pattern: "^[a-z0-9][a-z0-9-]{0,63}$", description: "Shown wherever the rule decides." },
        enabled: { type: "boolean", default: true, description: "false keeps the rule in the file without effect." },
        match: { type: "object", additionalProperties: false, description: "Every part given must hold.", properties: PLACE },
        allow: acts("preview: the beginning of a text, masked. download: the file's bytes as they are. upload: also judged by rules."),
        deny: acts("What nobody it matches may do, whatever else is allowed."),
        maxBytes: { type: "string", pattern: "^[0-9]{1,9}(KiB|MiB|GiB)$", description: "Most bytes of one file, e.g. 100MiB." },
        reason: { type: "boolean", description: "A download says why." },
        message: { type: "string", minLength: 1, maxLength: 500, description: "What people read when the rule decides." },
      },
    },
    guard: {
      type: "object",
      additionalProperties: false,
      minProperties: 1,
      properties: {
        confirm: effects("Whoever types confirms lines that do this."),
        ask: effects("Others agree to lines that do this, while the shell waits."),
        deny: effects("Lines that do this do not run."),
        reviews: REVIEWS,
      },
    },
    rule: {
      type: "object",
      required: ["id", "effect"],
      additionalProperties: false,
      properties: {
        id: { type: "string", pattern: "^[a-z0-9][a-z0-9-]{0,63}$", description: "Shown wherever the rule decides." },
        enabled: { type: "boolean", default: true, description: "false keeps the rule in the file without effect." },
        match: {
          type: "object",
          additionalProperties: false,
          description: "Every part given must hold; each holds when one of its values does.",
          properties: {
            ...PLACE,
            effects: { type: "array", minItems: 1, uniqueItems: true, items: { enum: EFFECTS }, description: "Effects of the statement." },
          },
        },
        when: { type: "string", minLength: 1, maxLength: 4000, description: "A CEL expression that is true or false." },
        effect: { enum: ["allow", "review", "deny", "mask"] },
        reviews: REVIEWS,
        obligations: {
          type: "object",
          additionalProperties: false,
          properties: {
            reason: { type: "boolean", description: "The proposer says why." },
            guard: { type: "boolean", description: "Runs in a transaction that rolls back when it does more than was approved." },
            countdown: { ...DURATION, description: "Between the last approval and the run, e.g. 5s." },
            rowCap: { type: "integer", minimum: 1, description: "Most rows a result may show." },
            timeout: { ...DURATION, description: "Statement timeout, e.g. 30s." },
            masks: {
              type: "array",
              minItems: 1,
              items: { anyOf: [COLUMN, { enum: DETECTORS }] },
              description: "Extra masks: columns or detectors.",
            },
            secrets: {
              type: "array",
              minItems: 1,
              items: SECRET,
              description: "Values of Kubernetes Secrets that its proposer alone is shown: namespace/name/key; * stands for any one part.",
            },
          },
        },
        message: { type: "string", minLength: 1, maxLength: 500, description: "What people read when the rule decides." },
      },
    },
  },
} as const;
