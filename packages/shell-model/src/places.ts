import type { Effect } from "@interlock/protocol";
import { strongest } from "@interlock/protocol";
import { DEVICES, HARMLESS_DEVICES, PLACES, SECRETS } from "./data/places.ts";
import type { Span } from "./line.ts";
import type { Sheet } from "./sheet.ts";
import type { Arg } from "./words.ts";

/** A path without `.`, `..` and doubled slashes as far as the text alone tells; links are not followed. */
export function normalPath(path: string): string {
  const absolute = path.startsWith("/");
  const out: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part === ".." && out.length > 0 && out.at(-1) !== "..") out.pop();
    else if (part === ".." && absolute) continue;
    else out.push(part);
  }
  return (absolute ? "/" : "") + out.join("/") || (absolute ? "/" : ".");
}

/** Writing here leaves nothing behind: `/dev/null`, the terminal, another descriptor. */
export function isSink(path: string): boolean {
  return HARMLESS_DEVICES.test(normalPath(path));
}

export function isDevice(path: string): boolean {
  return DEVICES.test(normalPath(path));
}

const DOES: Partial<Record<Effect, string>> = { delete: "Deletes", append: "Adds to", privilege: "Changes rights of" };

/** Notes that a file or device is written to, and what that means where it is. `effect` is that of an ordinary file. */
export function judgePlace(arg: Arg, effect: Effect, sheet: Sheet): void {
  const path = normalPath(arg.shown);
  if (arg.text !== undefined && isSink(arg.text)) return;
  if (/^\/dev\/(?:tcp|udp)\//u.test(path)) {
    sheet.unclear(`Opens a connection to ${path.slice(9)}`, arg);
    return;
  }
  if (isDevice(path)) {
    const device = strongest([effect, "delete"]);
    sheet.note(device, `Writes over the device ${path}`, arg);
    sheet.object(device, path, "device", arg, arg.text === undefined);
    sheet.risk("device_write", `What is on ${path} is lost: nothing brings it back.`, arg);
    return;
  }
  const place = PLACES.find((known) => known.path.test(path));
  const final = place ? strongest([effect, place.effect]) : effect;
  if (place) sheet.note(final, `${DOES[effect] ?? "Changes"} ${path}: ${place.says}`, arg);
  if (place?.stops) {
    sheet.changesHost = true;
    sheet.risk("host_stops", "Stops or restarts the host without writing anything back to its disks.", arg);
  }
  sheet.object(final, arg.shown, "path", arg, arg.text === undefined);
  if (arg.text !== undefined) noteLookAlike(arg.text, arg, sheet);
}

/** Notes that a file is read. */
export function readsPath(arg: Arg, sheet: Sheet): void {
  const path = normalPath(arg.shown);
  if (/^\/dev\/(?:tcp|udp)\//u.test(path)) {
    sheet.note("read", `Opens a connection to ${path.slice(9)} and reads from it`, arg);
    return;
  }
  sheet.object("read", arg.shown, "path", arg, arg.text === undefined);
  if (SECRETS.test(path)) sheet.risk("secret_read", `${arg.shown} holds secrets; who watches would see them.`, arg);
}

function noteLookAlike(text: string, at: Span, sheet: Sheet): void {
  if (/[\u2010-\u2015\u2044\u2212\u2215\uFF0F\u29F8]/u.test(text))
    sheet.risk("look_alike", `${text} holds a character that looks like - or / and is neither.`, at);
}
