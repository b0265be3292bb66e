import { beforeAll, expect, test, vi } from "vitest";
import { contentSecurityPolicy } from "./content-security-policy.ts";
import { isSameOrigin } from "./same-origin.ts";

beforeAll(() => {
  vi.stubEnv("DATABASE_URL", "postgres://127.0.0.1:1/none");
  vi.stubEnv("NEXTAUTH_SECRET", "a secret of a test that signs nothing");
  vi.stubEnv("NEXTAUTH_URL", "https://interlock.example");
  vi.stubEnv("INTERLOCK_ORIGINS", "https://interlock.example,http://127.0.0.1:7300");
  vi.stubEnv("NODE_ENV", "production");
  return () => vi.unstubAllEnvs();
});

const from = (headers: Record<string, string>) => new Request("http://127.0.0.1:1/api/ticket", { method: "POST", headers });

test.each([[{ origin: "https://interlock.example" }], [{ origin: "http://127.0.0.1:7300", "sec-fetch-site": "same-origin" }]])(
  "%j is one of ours",
  (headers) => {
    expect(isSameOrigin(from(headers))).toBe(true);
  },
);

test.each([
  [{}],
  [{ origin: "null" }],
  [{ origin: "https://evil.example" }],
  [{ origin: "https://interlock.example.evil.example" }],
  [{ origin: "http://interlock.example" }],
  [{ origin: "http://127.0.0.1:7301" }],
  [{ origin: "https://interlock.example", "sec-fetch-site": "cross-site" }],
  [{ origin: "https://interlock.example", "sec-fetch-site": "same-site" }],
])("%j is refused", (headers) => {
  expect(isSameOrigin(from(headers))).toBe(false);
});

test("pages may load scripts by nonce only, and nothing from elsewhere", () => {
  const policy = new Map(
    contentSecurityPolicy("abc")
      .split("; ")
      .map((part): [string, string] => {
        const [name = "", ...sources] = part.split(" ");
        return [name, sources.join(" ")];
      }),
  );
  expect(policy.get("default-src")).toBe("'self'");
  expect(policy.get("script-src")).toBe("'self' 'nonce-abc' 'strict-dynamic' 'wasm-unsafe-eval'");
  expect(policy.get("connect-src")).toBe("'self' wss://interlock.example ws://127.0.0.1:7300");
  expect(policy.get("frame-ancestors")).toBe("'none'");
  expect([...policy.values()].join(" ")).not.toMatch(/'unsafe-eval|\*/u);
});
