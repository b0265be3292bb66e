import { readManifests, type Manifest, type ManifestFile, type Place } from "@interlock/kube-model";
import { bareStatement, strongest, type Effect, type Impact, type Statement } from "@interlock/protocol";
import { readArguments, type Arguments } from "../kubectl/arguments.ts";
import { readCommand, type CommandLine } from "../kubectl/command.ts";
import { onlyReads, titleOf, wordsEffect } from "../parse.ts";
import { isSet } from "./named-objects.ts";
import { isTried, writesOf, type LineWrite } from "./line-writes.ts";
import { kindsOf } from "./object-kind.ts";
import { NOT_KNOWN, NOT_REVERSIBLE, statementOf, type Doing, type ManifestFinding, type OfflineAnalysis } from "./offline.ts";
import { objectTextOf, pathOf } from "./request-path.ts";
import { shownObject } from "./shown-object.ts";

export interface LineOptions {
  /** Of objects that a line gives none. Default: `default`, as with a kubeconfig that says nothing. */
  namespace?: string;
  /** What lines read by its name: a file, or those of a folder; `-` is standard input. */
  files?: ReadonlyMap<string, readonly ManifestFile[]>;
}

/** Names of files and folders that lines read; `.` is the folder of their own. */
export function filesOfLines(text: string): string[] {
  return [...new Set(readCommand(text).lines.flatMap(({ files }) => files))];
}

/** Whether a text is lines of kubectl: its first line that is no comment begins with the word. */
export const isLines = (text: string): boolean => /^(\s*(#[^\n]*)?\n)*[ \t]*kubectl(\s|$)/.test(text);

const REST_NOT_KNOWN =
  "Of objects that lines change only what they write is known: rules about the rest of them are not judged, and what is written is taken to be new.";

/**
 * What lines of kubectl would do as far as their words and files tell, without kubectl and without a cluster: one statement for each write that
 * they say, and `unknown` for a line that does not say it. Never throws for any text, and never complete.
 */
export function analyseLines({ name, text }: ManifestFile, options: LineOptions = {}): OfflineAnalysis {
  const started = performance.now();
  const { lines, refused, diagnostics } = readCommand(text);
  const placeAt = (offset: number): Place => {
    const before = text.slice(0, offset);
    return { file: name, line: before.split("\n").length, column: offset - before.lastIndexOf("\n") };
  };
  const findings = diagnostics.map(({ start, message }): ManifestFinding => ({
    code: "unreadable",
    severity: "error",
    message: `${message}.`,
    place: placeAt(start),
  }));
  const reading = new Reading({ name, text }, options, placeAt);
  const parts = [
    ...lines.map((line) => ({ start: line.start, made: () => reading.line(line) })),
    ...refused.map(({ start, end }) => ({
      start,
      made: () => [reading.bare({ start, end }, firstLine(text.slice(start, end)), "unknown")],
    })),
  ].toSorted((left, right) => left.start - right.start);
  const statements = parts.flatMap(({ made }) => made()).map((statement, index) => ({ ...statement, index }));
  const changes = statements.some(({ request, before }) => request !== undefined && before !== undefined);
  const warnings = [...NOT_KNOWN, ...(changes ? [REST_NOT_KNOWN] : []), ...reading.warnings];
  const effect = strongest(statements.map((statement) => statement.effect));
  const impact: Impact = { effect, complete: false, tookMs: performance.now() - started, warnings, statements };
  return {
    impact,
    findings: [...findings, ...reading.findings],
    places: statements.map((statement) => reading.places.get(statement.place)),
  };
}

const firstLine = (text: string): string => text.split("\n", 1)[0]!;

class Reading {
  readonly warnings = new Set<string>();
  readonly findings: ManifestFinding[] = [];
  /** Where the fields of a manifest are written, by the place of its statement. */
  readonly places = new Map<Statement["place"], Manifest["placeOf"]>();
  readonly #source: ManifestFile;
  readonly #options: LineOptions;
  readonly #placeAt: (offset: number) => Place;

  constructor(source: ManifestFile, options: LineOptions, placeAt: (offset: number) => Place) {
    this.#source = source;
    this.#options = options;
    this.#placeAt = placeAt;
  }

  line(line: CommandLine): Statement[] {
    const words = line.argv.map((word) => ({ text: word, start: line.start, end: line.end }));
    const read = readArguments(words, { text: "", start: line.start, end: line.end });
    if (!read.ok) return [this.bare(line, titleOf(line), "unknown")];
    const args = read.value;
    if (isTried(args) || onlyReads(line)) return [this.bare(line, titleOf(line), "read")];
    if (isSet(args, "raw")) {
      this.warnings.add("What a request by its path (--raw) would do is not known without a cluster.");
      return [this.bare(line, titleOf(line), "unknown")];
    }
    const doing = DOING[line.verb];
    if (doing !== undefined && (line.files.length > 0 || line.readsStdin || line.urls.length > 0 || line.kustomizations.length > 0))
      return this.#manifests(line, args, doing);
    const writes = writesOf(args, { namespace: this.#namespace(args), textOf: (file) => this.#options.files?.get(file)?.[0]?.text });
    if (writes !== undefined && writes.length > 0) return writes.map((write) => this.#statement(line, write));
    this.warnings.add(`What kubectl ${line.verb} would do here is not known without a cluster.`);
    return [this.bare(line, titleOf(line), line.effect ?? wordsEffect(line))];
  }

  bare({ start, end }: { start: number; end: number }, title: string, effect: Effect): Statement {
    const { file, line, column } = this.#placeAt(start);
    return { ...bareStatement({ index: 0, start, end, text: this.#shown(start, end), title, effect }), place: { file, line, column } };
  }

  /** The words of a line, without what it sends along and without values of Secrets. */
  #shown(start: number, end: number): string {
    const words = firstLine(this.#source.text.slice(start, end));
    return words.replace(/\b(secrets?)\b.*$/i, "$1 …");
  }

  #namespace({ flags }: Arguments): string {
    return flags.findLast(({ name }) => name === "namespace")?.value ?? this.#options.namespace ?? "default";
  }

  #statement(line: CommandLine, write: LineWrite): Statement {
    const { kind, namespace, subresource, method, before, after, effect } = write;
    const name = write.name ?? "*";
    const object = objectTextOf({ kind, name, ...(namespace !== undefined && { namespace }) });
    const collection = (method === "POST" && subresource === undefined) || write.name === undefined;
    const path = pathOf({
      kind,
      name,
      collection,
      ...(namespace !== undefined && { namespace }),
      ...(subresource !== undefined && { subresource }),
    });
    return {
      ...this.bare(line, titleOf(line), effect),
      effects: [{ effect, object, kind: kind.kind, rows: { value: 1, kind: write.name === undefined ? "unknown" : "exact" } }],
      reversibleReason: NOT_REVERSIBLE,
      request: { method, path, ...(subresource !== undefined && { subresource }) },
      ...(before !== undefined && { before: shownObject(before) }),
      ...(after !== undefined && { after: shownObject(after) }),
    };
  }

  #manifests(line: CommandLine, args: Arguments, doing: Doing["verb"]): Statement[] {
    const { start, end } = line;
    const said: Doing = { verb: doing, line: { start, end, text: this.#shown(start, end) } };
    const statements: Statement[] = [];
    const { manifests, problems } = readManifests(this.#filesOf(line));
    const kindOf = kindsOf(manifests);
    for (const { place, message } of problems) this.findings.push({ code: "unreadable", severity: "error", message, place });
    for (const manifest of manifests) {
      const kind = kindOf(manifest.object.apiVersion!, manifest.object.kind!);
      const { statement, checked } = statementOf(manifest, kind, this.#namespace(args), said);
      this.findings.push(...checked);
      if (doing === "replace" && isSet(args, "force"))
        statements.push(statementOf(manifest, kind, this.#namespace(args), { ...said, verb: "delete" }).statement);
      statements.push(statement);
      this.places.set(statement.place, manifest.placeOf);
    }
    for (const [list, why] of [
      [line.urls, "is fetched when it is proposed, and not here"],
      [line.kustomizations, "is for kustomize, which is not run here: judge what kustomize build prints"],
    ] as const)
      for (const one of list) {
        this.warnings.add(`What ${one} holds is not known: it ${why}.`);
        statements.push(this.bare(line, titleOf(line), "unknown"));
      }
    if (isSet(args, "prune")) {
      this.warnings.add("What --prune would delete is not known without a cluster.");
      statements.push(this.bare(line, titleOf(line), "delete"));
    }
    return statements.length > 0 ? statements : [this.bare(line, titleOf(line), "unknown")];
  }

  /** What a line reads, with the here-document at its own place in the text. */
  #filesOf(line: CommandLine): ManifestFile[] {
    const found: ManifestFile[] = [];
    for (const file of line.files) {
      const given = this.#options.files?.get(file);
      if (given !== undefined) found.push(...given);
      else {
        const message = `${file} is not given: nothing can be said of what is in it.`;
        this.findings.push({ code: "unreadable", severity: "error", message, place: this.#placeAt(line.start) });
      }
    }
    if (!line.readsStdin) return found;
    const piped = line.stdin === undefined ? this.#options.files?.get("-") : undefined;
    if (piped !== undefined) return [...found, ...piped];
    if (line.stdin === undefined) {
      const message = "What this line reads from standard input is not known; write <<'EOF' after -f -.";
      this.findings.push({ code: "unreadable", severity: "error", message, place: this.#placeAt(line.start) });
      return found;
    }
    const lines = line.stdin.split("\n").length - 1;
    return [...found, { name: this.#source.name, text: "\n".repeat(this.#placeAt(line.end).line - 1 - lines) + line.stdin }];
  }
}

/** Verbs that take manifests. */
const DOING: Readonly<Record<string, Doing["verb"]>> = {
  apply: "apply",
  create: "create",
  replace: "replace",
  delete: "delete",
  "auth reconcile": "apply",
};
