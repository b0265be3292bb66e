import type { RoomMember } from "@interlock/protocol";
import { expect, test } from "vitest";
import { bytesText, driving, ending, inPod, missedText, needed, nextStep, timeText } from "./terminal-words.ts";

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

test.each([
  [
    { bytes: 3_250_586, lines: 41_200, ms: 40_000 },
    "recording",
    "3.1 MiB (41,200 lines) of output went by in 40 s that you did not see; it is in the recording.",
  ],
  [
    { bytes: 812, lines: 1, ms: 61_000 },
    "sealed",
    "812 B (1 line) of output went by in 1 min that you did not see; it is in the recording.",
  ],
  [
    { bytes: 812, lines: 0, ms: 20 },
    "interrupted",
    "812 B of output went by in 1 s that you did not see; its recording has what was stored of it.",
  ],
  [{ bytes: 2048, lines: 0, ms: 20 }, "failed", "2 KiB of output went by in 1 s that you did not see; it is not recorded."],
] as const)("what was missed: %o", (missed, recording, words) => {
  expect(missedText(missed, recording)).toBe(words);
});

test("spans of time", () => {
  expect([999, 59_400, 60_000, 3_600_000, 7_500_000].map(timeText)).toEqual(["1 s", "59 s", "1 min", "1 h", "2 h 5 min"]);
});

test.each([
  [undefined, undefined],
  [{ exitCode: 1 }, undefined],
  [{ why: "it was ended by ann" }, undefined],
  [{ why: "the link broke" }, "Open a new shell to go on."],
  [{ why: "x", code: "target_auth" }, "Ask an administrator to mend the connection's secret."],
  [{ why: "x", code: "bad_request" }, undefined],
  [{ why: "x", code: "not_found" }, "Look whether it is still there."],
  [{ why: "x", code: "target_down", mayStillRun: "The debug container stays." }, undefined],
  [{ why: "it could not be recorded any more (the disk is full)" }, "An administrator has to mend that before there is a new shell."],
])("what to do about %o", (end, words) => expect(nextStep(end)).toBe(words));

test("where in a pod one is", () => {
  const pod = { namespace: "shop", name: "web", container: "app" };
  expect(inPod(pod)).toBe("app");
  expect(inPod({ ...pod, mode: "attach" })).toBe("attached to app");
  expect(inPod({ ...pod, mode: "debug", image: "busybox:1" })).toBe("busybox:1 beside app");
});
