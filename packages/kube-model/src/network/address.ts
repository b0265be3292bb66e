/** An IP address as a number of its family. An IPv4 address written in IPv6 (`::ffff:10.0.0.1`) is one of IPv4, as Go's net package has it. */
export interface Address {
  family: 4 | 6;
  value: bigint;
  text: string;
}

/** The addresses `first` to `last` of a CIDR. Host bits that are set in its text are ignored, as API server and plugins do. */
export interface Cidr {
  family: 4 | 6;
  first: bigint;
  last: bigint;
  text: string;
}

const V4 = /^(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})$/;
const MAPPED = 0xffff00000000n;

/** Undefined where the text is no address. */
export function readAddress(text: string): Address | undefined {
  const v4 = readV4(text);
  if (v4 !== undefined) return { family: 4, value: v4, text };
  const v6 = readV6(text);
  if (v6 === undefined) return undefined;
  if (v6 >> 32n === MAPPED >> 32n) return { family: 4, value: v6 - MAPPED, text: v4Text(v6 - MAPPED) };
  return { family: 6, value: v6, text };
}

/** Undefined where the text is no CIDR. */
export function readCidr(text: string): Cidr | undefined {
  const slash = text.indexOf("/");
  if (slash === -1 || !/^(0|[1-9]\d{0,2})$/.test(text.slice(slash + 1))) return undefined;
  const address = text.slice(0, slash);
  const v4 = readV4(address);
  const value = v4 ?? readV6(address);
  const bits = v4 === undefined ? 128 : 32;
  const length = Number(text.slice(slash + 1));
  if (value === undefined || length > bits) return undefined;
  const size = 1n << BigInt(bits - length);
  const first = value - (value % size);
  return { family: v4 === undefined ? 6 : 4, first, last: first + size - 1n, text };
}

export const holds = (cidr: Cidr, address: Address): boolean =>
  cidr.family === address.family && cidr.first <= address.value && address.value <= cidr.last;

/** The CIDR of one address alone. */
export const alone = (address: Address): string => `${address.text}/${address.family === 4 ? 32 : 128}`;

export function addressText(family: 4 | 6, value: bigint): string {
  if (family === 4) return v4Text(value);
  const groups = Array.from({ length: 8 }, (_, index) => Number((value >> BigInt(16 * (7 - index))) & 0xffffn));
  // RFC 5952: the longest run of zeros, two at least, the first of those that are equally long.
  let best = { at: -1, length: 1 };
  for (let at = 0; at < 8; at++) {
    let length = 0;
    while (at + length < 8 && groups[at + length] === 0) length++;
    if (length > best.length) best = { at, length };
  }
  const hex = (part: readonly number[]): string => part.map((group) => group.toString(16)).join(":");
  return best.at === -1 ? hex(groups) : `${hex(groups.slice(0, best.at))}::${hex(groups.slice(best.at + best.length))}`;
}

const v4Text = (value: bigint): string => [24n, 16n, 8n, 0n].map((shift) => String((value >> shift) & 255n)).join(".");

function readV4(text: string): bigint | undefined {
  const found = V4.exec(text);
  if (found === null) return undefined;
  let value = 0n;
  for (const part of found.slice(1)) {
    if (Number(part) > 255) return undefined;
    value = value * 256n + BigInt(part);
  }
  return value;
}

function readV6(text: string): bigint | undefined {
  if (!/^[0-9a-fA-F:.]{2,45}$/.test(text)) return undefined;
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const [left, right] = halves.map((half) => groupsOf(half));
  if (left === undefined || (halves.length === 2 && right === undefined)) return undefined;
  const given = left.length + (right?.length ?? 0);
  if (halves.length === 1 ? given !== 8 : given > 7) return undefined;
  const groups = [...left, ...Array<bigint>(8 - given).fill(0n), ...(right ?? [])];
  return groups.reduce((value, group) => value * 65536n + group, 0n);
}

function groupsOf(half: string): bigint[] | undefined {
  if (half === "") return [];
  const groups: bigint[] = [];
  const parts = half.split(":");
  for (const [index, part] of parts.entries()) {
    if (index === parts.length - 1 && part.includes(".")) {
      const v4 = readV4(part);
      if (v4 === undefined) return undefined;
      groups.push(v4 >> 16n, v4 & 0xffffn);
    } else if (/^[0-9a-fA-F]{1,4}$/.test(part)) groups.push(BigInt(`0x${part}`));
    else return undefined;
  }
  return groups;
}
