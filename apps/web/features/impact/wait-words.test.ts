import { expect, test } from "vitest";
import { queuedBehind, whoBlocks } from "./wait-words.ts";

const app = { pid: 12, age: "00:03:10", user: "app", query: "select 1" };

test.each([
  [app, "app (pid 12, at it for 3 min 10 s)"],
  [{ ...app, age: "", query: "" }, "app (pid 12)"],
  [{ ...app, pid: 0 }, "a prepared transaction of app (at it for 3 min 10 s)"],
  [{ ...app, user: "" }, "somebody (pid 12, at it for 3 min 10 s)"],
])("%o blocks as: %s", (blockedBy, words) => expect(whoBlocks(blockedBy)).toBe(words));

test.each([
  [app, ""],
  [{ ...app, behind: [7] }, "in the queue itself, behind pid 7"],
  [{ ...app, behind: [7, 9] }, "in the queue itself, behind pid 7, 9"],
  [{ ...app, behind: [] }, "in the queue itself"],
])("%o queues as: %s", (blockedBy, words) => expect(queuedBehind(blockedBy)).toBe(words));
