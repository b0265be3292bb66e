import { expect, test } from "vitest";
import { clientAddress } from "./client-address.ts";

test("the entry the front process added counts, not what the browser claims", () => {
  expect(clientAddress({ "x-forwarded-for": "1.2.3.4, 127.0.0.1" })).toBe("127.0.0.1");
});

test.each([[undefined], [{}], [{ "x-forwarded-for": "" }], [{ "x-forwarded-for": ["1.2.3.4"] }]])("%j is an unknown address", (headers) => {
  expect(clientAddress(headers)).toBe("unknown");
});
