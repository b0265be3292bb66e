import { expect, test } from "vitest";
import { drawCluster } from "../score/cluster.ts";
import { fuzzGate } from "../score/fuzz.ts";

/** `npm run score:kubernetes` sends many more, by other seeds. */
const REQUESTS = 1_500;

test("nothing that is sent to a gate changes the cluster, whatever it is, also while the gate closes", async () => {
  const { writes, changes, reached, sent } = await fuzzGate(drawCluster(7), 7, REQUESTS);
  expect(writes).toEqual([]);
  expect(changes).toBe(0);
  // Reads and dry runs do pass: a gate that lets nothing through would prove nothing.
  expect(reached).toBeGreaterThan(sent / 50);
}, 120_000);
