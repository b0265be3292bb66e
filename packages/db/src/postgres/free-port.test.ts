import { expect, test } from "vitest";
import { freePort } from "./free-port.ts";

test("a free port is never one that an outgoing connection may be given", async () => {
  for (let i = 0; i < 200; i++) {
    const port = await freePort();
    expect(port).toBeGreaterThanOrEqual(15_000);
    expect(port).toBeLessThan(32_768);
  }
});
