import { expect, test } from "vitest";
import { syncWords } from "./sync-words.ts";

const live = { phase: "live" } as const;
const lost = { phase: "reconnecting", attempt: 1, retryAt: 0, why: "" } as const;

test.each([
  [live, [{ synced: true, unsaved: 0 }], "all synced"],
  [live, [{ synced: true, unsaved: 1 }], "1 unsaved edit"],
  [
    live,
    [
      { synced: true, unsaved: 2 },
      { synced: true, unsaved: 1 },
    ],
    "3 unsaved edits",
  ],
  [live, [{ synced: false, unsaved: 0 }], "catching up"],
  [lost, [{ synced: false, unsaved: 4 }], "reconnecting, 4 unsaved edits"],
  [{ phase: "signed_out", why: "" } as const, [], "disconnected"],
])("%o %o", (link, documents, text) => expect(syncWords(link, documents).text).toBe(text));
