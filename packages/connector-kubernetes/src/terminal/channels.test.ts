import { describe, expect, test } from "vitest";
import { closeOfInput, message, readStatus, sizeMessage } from "./channels.ts";

test("a message is its channel and its bytes", () => {
  expect([...message(0, Buffer.from("ab"))]).toEqual([0, 97, 98]);
  expect([...closeOfInput()]).toEqual([255, 0]);
  expect(sizeMessage(80, 24).toString("latin1")).toBe('\u0004{"Width":80,"Height":24}');
});

describe("what the error channel says", () => {
  test.each<[string, ReturnType<typeof readStatus>]>([
    ['{"metadata":{},"status":"Success"}', { exitCode: 0 }],
    [
      '{"metadata":{},"status":"Failure","message":"command terminated with non-zero exit code: exit status 3","reason":"NonZeroExitCode","details":{"causes":[{"reason":"ExitCode","message":"3"}]}}',
      { exitCode: 3 },
    ],
    // Without a code it is no exit.
    ['{"status":"Failure","message":"it broke","reason":"NonZeroExitCode"}', { failed: "it broke" }],
    [
      '{"status":"Failure","message":"it broke","reason":"NonZeroExitCode","details":{"causes":[{"reason":"ExitCode","message":"many"}]}}',
      { failed: "it broke" },
    ],
    [
      '{"status":"Failure","message":"container not found (\\"web\\")","reason":"InternalError","code":500}',
      { failed: 'container not found ("web")' },
    ],
    ['{"status":"Failure"}', { failed: "it said nothing more" }],
    ['{"status":"Failure","details":{"causes":"none"}}', { failed: "it said nothing more" }],
    ['"text"', { failed: '"text"' }],
    // As long as it is not whole.
    ['{"status":"Fail', undefined],
    ["", undefined],
  ])("%s", (text, status) => {
    expect(readStatus(text)).toEqual(status);
  });
});
