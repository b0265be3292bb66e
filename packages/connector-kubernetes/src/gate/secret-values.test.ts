import { describe, expect, it } from "vitest";
import { holdsPlaceholder, readablePlaceholders, SecretValues } from "./secret-values.ts";

const base64 = (text: string): string => Buffer.from(text).toString("base64");
const secret = (data: Record<string, string>, annotations = {}) => ({
  kind: "Secret",
  metadata: { name: "db", namespace: "payments", annotations },
  data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, base64(value)])),
});

describe("SecretValues", () => {
  const key = Buffer.from("a key of the test");

  it("shows placeholders that are base64, and puts the values back", () => {
    const values = new SecretValues(key);
    const original = secret({ password: "hunter2", empty: "" });
    const masked = values.mask(original, "payments");
    expect(JSON.stringify(masked)).not.toContain(base64("hunter2"));
    expect(Buffer.from(masked["data"].password, "base64").toString("base64")).toBe(masked["data"].password);
    expect(values.restore(masked, "payments/db")).toEqual({ ok: true, body: original });
  });

  it("hides the last applied configuration and restores it inside its text", () => {
    const values = new SecretValues(key);
    const applied = `${JSON.stringify({ kind: "Secret", stringData: { password: 'a "quoted"\nvalue' } })}\n`;
    const original = secret({ password: 'a "quoted"\nvalue' }, { "kubectl.kubernetes.io/last-applied-configuration": applied });
    const masked = values.mask(original, "payments");
    expect(JSON.stringify(masked)).not.toContain("quoted");
    expect(values.restore(masked, "payments/db")).toEqual({ ok: true, body: original });
  });

  it("hides a value that a patch copied to where it would be shown", () => {
    const values = new SecretValues(key);
    values.mask(secret({ password: "hunter2" }), "payments");
    const moved = values.mask(secret({}, { note: `it is hunter2, or ${base64("hunter2")}` }), "payments");
    expect(JSON.stringify(moved)).not.toContain("hunter2");
    expect(JSON.stringify(moved)).not.toContain(base64("hunter2"));
  });

  it("leaves what finds the object, and the values that may be shown", () => {
    const values = new SecretValues(key, ({ namespace, name, key: one }) => `${namespace}/${name}/${one}` === "payments/db/user");
    const masked = values.mask(secret({ user: "payments", password: "payments" }), "payments");
    expect(masked.metadata).toMatchObject({ name: "db", namespace: "payments" });
    expect(masked["data"].user).toBe(base64("payments"));
    expect(masked["data"].password).not.toBe(base64("payments"));
    const plain = JSON.parse(readablePlaceholders(JSON.stringify(masked)));
    expect(plain.data.password).toMatch(/^••••[0-9a-f]{4}$/);
  });

  it("is the same for the same value of the same Secret with the same key, and else another", () => {
    const of = (values: SecretValues, value: string) => values.mask(secret({ password: value }), "payments")["data"].password;
    expect(of(new SecretValues(key), "a")).toBe(of(new SecretValues(key), "a"));
    expect(of(new SecretValues(key), "a")).not.toBe(of(new SecretValues(key), "b"));
    expect(of(new SecretValues(key), "a")).not.toBe(of(new SecretValues(Buffer.from("other")), "a"));
  });

  it("puts a value back into its own Secret only", () => {
    const values = new SecretValues(key);
    const masked = values.mask(secret({ password: "hunter2" }), "payments");
    expect(values.restore(masked, "payments/other").ok).toBe(false);
    expect(new SecretValues(key).restore(masked, "payments/db").ok).toBe(false);
    expect(holdsPlaceholder(JSON.stringify(masked))).toBe(true);
  });
});
