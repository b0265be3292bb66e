import { createHmac } from "node:crypto";
import { isRecord, type Json, type KubeObject } from "@interlock/kube-model";

/**
 * Values of Secrets are never shown to kubectl, which prints them, but must come back whole in what it writes. Each is replaced by a
 * placeholder that is itself proper base64, is the same for the same value of the same Secret (so that a diff tells a changed value), and
 * is put back only in a write to that Secret.
 */

const MARK = "interlock-value-"; // 16 characters and 32 of fingerprint make 48: base64 of it needs no padding
const PLAIN = /interlock-value-[0-9a-f]{32}/g;
/** Base64 of the mark is fixed for its first 15 bytes; what follows carries the fingerprint. */
const ENCODED = /aW50ZXJsb2NrLXZhbHVl[A-Za-z0-9+/]{44}/g;

const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

/** Fields of metadata that nobody can put a value into, and that must stay as they are to find the object. */
const IDENTITY = new Set(["name", "namespace", "uid", "resourceVersion", "creationTimestamp", "deletionTimestamp", "selfLink"]);

/** One value of a Secret. */
export interface SecretKey {
  namespace: string;
  name: string;
  key: string;
}

/** Shorter values are not looked for in other fields: they would be found by chance. */
const SEARCHED_LENGTH = 4;

export interface RestoreFailure {
  ok: false;
  reason: string;
}

export class SecretValues {
  readonly #key: Buffer;
  readonly #show: ((value: SecretKey) => boolean) | undefined;
  /** Placeholder fingerprint to what it stands for. */
  readonly #values = new Map<string, { owner: string; plain: Buffer }>();
  /** Values known of each Secret. */
  readonly #owned = new Map<string, Set<string>>();

  /** `key`: the same key makes the same fingerprints, so that plans of one agent can be compared. `show`: values that are left as they are. */
  constructor(key: Buffer, show?: (value: SecretKey) => boolean) {
    this.#key = key;
    this.#show = show;
  }

  #fingerprint(owner: string, plain: Buffer): string {
    const mark = createHmac("sha256", this.#key).update(owner).update("\0").update(plain).digest("hex").slice(0, 32);
    if (!this.#values.has(mark)) {
      this.#values.set(mark, { owner, plain });
      const owned = this.#owned.get(owner) ?? new Set();
      this.#owned.set(owner, owned.add(mark));
    }
    return MARK + mark;
  }

  #encoded(owner: string, base64: string): string {
    if (new RegExp(`^${ENCODED.source}$`).test(base64)) return base64;
    return Buffer.from(this.#fingerprint(owner, Buffer.from(base64, "base64"))).toString("base64");
  }

  /** The same Secret with placeholders; lists, tables, metadata-only objects and watch events are taken apart by `maskAny`. */
  mask(secret: KubeObject, namespace: string): KubeObject {
    const metadata: Record<string, Json> = isRecord(secret.metadata) ? secret.metadata : {};
    const owner = `${String(metadata["namespace"] ?? namespace)}/${String(metadata["name"] ?? "")}`;
    const { apiVersion, kind, type, metadata: _metadata, data, stringData, ...rest } = this.#maskValues(secret, owner);
    const annotations: Record<string, Json> = isRecord(metadata["annotations"]) ? { ...metadata["annotations"] } : {};
    if (typeof annotations[LAST_APPLIED] === "string") annotations[LAST_APPLIED] = this.#maskApplied(annotations[LAST_APPLIED], owner);
    const identity = Object.entries(metadata).filter(([key]) => IDENTITY.has(key));
    // A patch may copy a value to where it would be shown, though not into what identifies the object.
    const others = Object.entries({ ...metadata, ...(isRecord(metadata["annotations"]) ? { annotations } : {}) })
      .filter(([key]) => !IDENTITY.has(key))
      .map(([key, value]) => [key, this.#hideIn(value, owner)] as const);
    return {
      ...(apiVersion === undefined ? {} : { apiVersion }),
      ...(kind === undefined ? {} : { kind }),
      ...(secret.metadata === undefined ? {} : { metadata: Object.fromEntries([...identity, ...others]) }),
      ...(type === undefined ? {} : { type }),
      ...(data === undefined ? {} : { data }),
      ...(stringData === undefined ? {} : { stringData }),
      ...(this.#hideIn(rest, owner) as Record<string, Json>),
    };
  }

  #maskValues(secret: Record<string, Json>, owner: string): KubeObject {
    const masked: KubeObject = { ...secret };
    const hide = (values: Record<string, Json>, value: (text: string) => string): Record<string, Json> =>
      Object.fromEntries(
        Object.entries(values).map(([key, item]) => [key, typeof item === "string" && !this.#isShown(owner, key) ? value(item) : item]),
      );
    if (isRecord(secret["data"])) masked["data"] = hide(secret["data"], (text) => this.#encoded(owner, text));
    if (isRecord(secret["stringData"])) {
      masked["stringData"] = hide(secret["stringData"], (text) => (text.match(PLAIN) ? text : this.#fingerprint(owner, Buffer.from(text))));
    }
    return masked;
  }

  #isShown(owner: string, key: string): boolean {
    const [namespace, name] = owner.split("/", 2) as [string, string];
    return this.#show?.({ namespace, name, key }) === true;
  }

  #maskApplied(text: string, owner: string): string {
    const applied = parsed(text);
    if (!isRecord(applied)) return this.#fingerprint(owner, Buffer.from(text));
    // kubectl ends the annotation with a line break; it compares nothing but the JSON.
    return `${JSON.stringify(this.#maskValues(applied, owner))}\n`;
  }

  #hideIn(value: Json, owner: string): Json {
    if (typeof value === "string") return this.hideText(value, owner);
    if (Array.isArray(value)) return value.map((item) => this.#hideIn(item, owner));
    if (!isRecord(value)) return value;
    return mapValues(value, (item) => this.#hideIn(item, owner));
  }

  /** Text with every known value of that Secret (`namespace/name`) replaced, plain or in base64. */
  hideText(text: string, owner: string): string {
    let hidden = text;
    for (const mark of this.#owned.get(owner) ?? []) {
      const plain = this.#values.get(mark)!.plain;
      const base64 = plain.toString("base64");
      if (base64.length >= SEARCHED_LENGTH * 2) hidden = hidden.replaceAll(base64, Buffer.from(MARK + mark).toString("base64"));
      const utf8 = plain.toString("utf8");
      if (utf8.length >= SEARCHED_LENGTH) hidden = hidden.replaceAll(utf8, MARK + mark);
    }
    return hidden;
  }

  /** Any response of the secrets resource: an object, a list, a table or the object of a watch event. */
  maskAny(body: KubeObject, namespace: string): KubeObject {
    if (Array.isArray(body["items"])) return { ...body, items: body["items"].map((item: KubeObject) => this.mask(item, namespace)) };
    if (body.kind === "Table" && Array.isArray(body["rows"])) {
      const rows = body["rows"].map((row: Json) =>
        isRecord(row) && isRecord(row["object"]) ? { ...row, object: this.mask(row["object"], namespace) } : row,
      );
      return { ...body, rows };
    }
    return this.mask(body, namespace);
  }

  /** A body written to `owner` with its values put back. Fails for a placeholder that is of another Secret, another run, or nobody's. */
  restore(body: Json, owner: string): { ok: true; body: Json } | RestoreFailure {
    let failed = false;
    const find = (mark: string): Buffer | undefined => {
      const found = this.#values.get(mark);
      if (found?.owner === owner) return found.plain;
      failed = true;
      return undefined;
    };
    const text = (value: string): string =>
      value
        .replaceAll(ENCODED, (encoded) => {
          const placeholder = Buffer.from(encoded, "base64").toString("latin1");
          return find(placeholder.slice(MARK.length))?.toString("base64") ?? encoded;
        })
        .replaceAll(PLAIN, (placeholder) => find(placeholder.slice(MARK.length))?.toString("utf8") ?? placeholder);
    const visit = (value: Json): Json => {
      if (typeof value === "string") {
        if (!holdsPlaceholder(value)) return value;
        // The last applied configuration is JSON within the text: values are put back before it is written again.
        const inner = value.startsWith("{") ? parsed(value) : undefined;
        return inner === undefined ? text(value) : `${JSON.stringify(visit(inner))}${value.endsWith("\n") ? "\n" : ""}`;
      }
      if (Array.isArray(value)) return value.map(visit);
      return isRecord(value) ? mapValues(value, visit) : value;
    };
    const restored = visit(body);
    if (failed)
      return { ok: false, reason: "it holds the placeholder of a secret value that is not this Secret's, or that was not read here" };
    return { ok: true, body: restored };
  }
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whether text holds a placeholder, in either form. */
export function holdsPlaceholder(text: string): boolean {
  return text.search(PLAIN) !== -1 || text.search(ENCODED) !== -1;
}

function mapValues(record: Record<string, Json>, change: (value: Json) => Json): Record<string, Json> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}

/** Text for people: every placeholder, in either form, as `••••` with the beginning of its fingerprint, so that two can be told apart. */
export function readablePlaceholders(text: string): string {
  const short = (placeholder: string): string => `••••${placeholder.slice(MARK.length, MARK.length + 4)}`;
  return text
    .replaceAll(ENCODED, (encoded) => short(Buffer.from(encoded, "base64").toString("latin1")))
    .replaceAll(PLAIN, (placeholder) => short(placeholder));
}
