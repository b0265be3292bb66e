import { ANY, type Field, type Scalar, type StructType, type Type } from "./type.ts";

/**
 * Reads the notation in which the built-in types are written down, one type a line:
 *
 *     Name field#3:[]core.Item!~merge(name)~map(name,kind)="default" …
 *     Name = one of these values
 *
 * `#3` is the number in protobuf, `[]` a list, `{}` a map by string, `*` a scalar that may be set to its zero value, `!` required; `~merge(key)` and `~retainKeys` are the strategy of a
 * strategic merge patch, `~map(keys)`, `~set` and `~atomic` what server-side apply does with it, `>Other#2` a struct whose fields stand
 * inline. A word `~atomic` alone makes the whole struct one value. Names without a dot are of the same group.
 */
export function readNotation(texts: Readonly<Record<string, string>>): Map<string, StructType> {
  const structs = new Map<string, StructType>();
  const enums = new Map<string, string[]>();
  const lines: { group: string; struct: StructType; words: string[] }[] = [];
  for (const [group, text] of Object.entries(texts)) {
    for (const line of text.split("\n")) {
      if (line === "") continue;
      const [name, ...words] = line.split(" ") as [string, ...string[]];
      const full = `${group}.${name}`;
      if (words[0] === "=") {
        enums.set(
          full,
          words.slice(1).filter((value) => value !== '""'),
        );
        continue;
      }
      const struct: StructType = { kind: "struct", name: full, fields: new Map(), atomic: false, preserveUnknown: false, inlined: [] };
      structs.set(full, struct);
      lines.push({ group, struct, words });
    }
  }
  const read = new Set<StructType>();
  const byStruct = new Map(lines.map((line) => [line.struct, line]));
  const fill = (struct: StructType): void => {
    if (read.has(struct)) return;
    read.add(struct);
    const { group, words } = byStruct.get(struct)!;
    for (const word of words) {
      if (word === "~atomic") struct.atomic = true;
      else if (word.startsWith(">")) {
        const [name, number] = word.slice(1).split("#") as [string, string | undefined];
        const inner = structs.get(qualify(group, name))!;
        fill(inner);
        for (const field of inner.fields.values()) {
          const { number: _, ...inline } = field;
          struct.fields.set(field.name, inline);
        }
        if (number !== undefined) struct.inlined.push({ number: Number(number), struct: inner });
      } else {
        const field = readField(word, group, structs, enums);
        struct.fields.set(field.name, field);
      }
    }
  };
  for (const { struct } of lines) fill(struct);
  return structs;
}

const qualify = (group: string, name: string): string => (name.includes(".") ? name : `${group}.${name}`);

const WORD =
  /^(?<name>[$\w]+)(?:#(?<number>\d+))?:(?<set>\*)?(?<type>[[\]{}.\w]+)(?<required>!)?(?<notes>(?:~\w+(?:\([^)]*\))?)*)(?:=(?<value>.*))?$/;

function readField(word: string, group: string, structs: Map<string, StructType>, enums: Map<string, string[]>): Field {
  const parts = WORD.exec(word)?.groups;
  if (parts === undefined) throw new Error(`Not in the notation of types: ${word}`);
  const notes = new Map<string, string>();
  for (const [, note, of] of parts["notes"]!.matchAll(/~(\w+)(?:\(([^)]*)\))?/g)) notes.set(note!, of ?? "");
  const type = readType(parts["type"]!, group, structs, enums);
  if (type.kind === "list") {
    if (notes.has("map")) {
      type.list = "map";
      type.keys = notes.get("map")!.split(",");
    } else if (notes.has("set")) type.list = "set";
  }
  if (type.kind === "map" && notes.has("atomic")) type.atomic = true;
  const field: Field = {
    name: parts["name"]!,
    type: type.kind === "struct" && notes.has("atomic") ? { ...type, atomic: true } : type,
    required: parts["required"] !== undefined,
    merge: notes.has("merge"),
    retainKeys: notes.has("retainKeys"),
    pointer: parts["set"] !== undefined,
  };
  if (parts["number"] !== undefined) field.number = Number(parts["number"]);
  if (notes.get("merge")) field.mergeKey = notes.get("merge")!;
  if (parts["value"] !== undefined) field.default = JSON.parse(parts["value"]);
  return field;
}

const SCALARS = new Set<string>([
  "string",
  "int32",
  "int64",
  "bool",
  "double",
  "bytes",
  "Time",
  "MicroTime",
  "Duration",
  "Quantity",
  "IntOrString",
  "RawExtension",
  "FieldsV1",
]);

function readType(text: string, group: string, structs: Map<string, StructType>, enums: Map<string, string[]>): Type {
  if (text.startsWith("[]")) return { kind: "list", of: readType(text.slice(2), group, structs, enums), list: "atomic", keys: [] };
  if (text.startsWith("{}")) return { kind: "map", of: readType(text.slice(2), group, structs, enums), atomic: false };
  if (text === "any") return ANY;
  if (SCALARS.has(text)) return { kind: "scalar", scalar: text as Scalar };
  const name = qualify(group, text);
  const values = enums.get(name);
  if (values !== undefined) return { kind: "scalar", scalar: "string", values };
  const struct = structs.get(name);
  if (struct === undefined) throw new Error(`No such type: ${name}`);
  return struct;
}
