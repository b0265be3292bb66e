import type { CommandState } from "@interlock/protocol";
import { expect, test } from "vitest";
import type { Request } from "../room/room-connection.ts";
import { endCommand } from "./end-command.ts";

/** Answers as the agent does of a command in this state. */
async function ended(actual: CommandState, known: CommandState | undefined) {
  const asked: Request["type"][] = [];
  await endCommand(
    (request, handled) => {
      asked.push(request.type);
      expect(handled).toEqual(["wrong_state"]);
      const fits = request.type === "command.cancel" ? actual === "running" : actual === "awaiting_review" || actual === "approved";
      return Promise.resolve(fits ? { ok: true, value: {} } : { ok: false, code: "wrong_state", title: "", next: "" });
    },
    "c",
    known,
  );
  return asked;
}

test("what runs is cancelled, what waits for a review is withdrawn", async () => {
  expect(await ended("running", "running")).toEqual(["command.cancel"]);
  expect(await ended("awaiting_review", "awaiting_review")).toEqual(["command.withdraw"]);
});

test("what this page knows may be outdated, or nothing", async () => {
  expect(await ended("running", "approved")).toEqual(["command.withdraw", "command.cancel"]);
  expect(await ended("awaiting_review", undefined)).toEqual(["command.withdraw"]);
  expect(await ended("succeeded", "running")).toEqual(["command.cancel"]);
});
