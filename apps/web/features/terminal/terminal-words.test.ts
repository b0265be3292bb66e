import type { RoomMember } from "@interlock/protocol";
import { expect, test } from "vitest";
import { bytesText, driving, ending, needed } from "./terminal-words.ts";

const ann = { id: "a", name: "ann" } as RoomMember;
const at = (...ids: string[]) => ids.map((userId) => ({ userId, behind: false, moderating: false }));

test.each([
  [{ driverId: undefined, watchers: at("a") }, "Nobody types"],
  [{ driverId: "me", watchers: at("me") }, "You type"],
  [{ driverId: "a", watchers: at("a") }, "ann types"],
  [{ driverId: "a", watchers: at("me") }, "ann has control, and is away"],
] as const)("who types: %o", (terminal, words) => {
  expect(driving({ driverId: terminal.driverId, watchers: [...terminal.watchers] }, [ann], "me")).toBe(words);
});

test.each([
  [undefined, "It ended."],
  [{ exitCode: 0 }, "The shell ended with 0."],
  [{ exitCode: 127 }, "The shell ended with exit code 127."],
  [{ signal: "HUP" }, "It was ended by SIGHUP."],
  [{ why: "the link broke", mayStillRun: "what it had started may run on" }, "The link broke. What it had started may run on."],
])("how it ended: %o", (end, words) => {
  expect(ending(end)).toBe(words);
});

test("who is needed, and how much was missed", () => {
  expect(needed([["a", "b"], ["c"]])).toBe("somebody of a or b, and of c");
  expect([812, 49_152, 3_250_586].map(bytesText)).toEqual(["812 B", "48 KiB", "3.1 MiB"]);
});
