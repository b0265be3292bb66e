import { describe, expect, it } from "vitest";
import { refusedKustomization } from "./kustomization.ts";
import { fetchManifest, isPublicAddress } from "./manifest-url.ts";
import { HiddenText } from "./run.ts";

const kustomization = (text: string, more: Record<string, string> = {}) =>
  refusedKustomization(
    new Map(Object.entries({ "kustomization.yaml": text, ...more }).map(([name, content]) => [name, Buffer.from(content)])),
    ".",
  );

describe("kustomizations", () => {
  it("may name the command's own files", () => {
    expect(
      kustomization("resources: [a.yaml, base]\nnamePrefix: x-", { "a.yaml": "", "base/kustomization.yaml": "resources: []" }),
    ).toBeUndefined();
    expect(kustomization("configMapGenerator: [{name: c, files: [k=a.yaml], literals: [a=b]}]", { "a.yaml": "" })).toBeUndefined();
    expect(kustomization("patches: [{patch: '- op: x', target: {kind: Pod}}]")).toBeUndefined();
  });

  it.each([
    "resources: ['https://example.com/a.yaml']",
    "resources: [github.com/x/y]",
    "resources: ['git@github.com:x/y']",
    "bases: [../x]",
    "resources: [/etc/passwd]",
    "configMapGenerator: [{name: c, files: [k=/etc/passwd]}]",
    "configMapGenerator: [{name: c, files: ['http://169.254.169.254/x']}]",
    "secretGenerator: [{name: c, env: /proc/self/environ}]",
    "patches: [{path: 'https://example.com/a.yaml'}]",
    "patchesStrategicMerge: ['https://example.com/a.yaml']",
    "components: [nothing]",
    "helmCharts: [{name: x}]",
    "generators: [x.yaml]",
    "transformers: [x.yaml]",
    "openapi: {path: x}",
    "somethingNew: 1",
    "[1]",
    "resources: x",
  ])("may not have %s", (text) => {
    expect(kustomization(text)).toBeTypeOf("string");
  });
});

describe("manifests by URL", () => {
  it.each([
    "127.0.0.1",
    "10.1.2.3",
    "172.31.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "::1",
    "fe80::1",
    "fd00::1",
    "::ffff:127.0.0.1",
    "::ffff:7f00:1",
    "64:ff9b::7f00:1",
    "224.0.0.1",
    "x",
  ])("does not go to %s", (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });

  it.each(["93.184.216.34", "2606:4700::1111", "::ffff:93.184.216.34"])("goes to %s", (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });

  it.each([
    "http://example.com/x",
    "https://127.0.0.1/x",
    "https://[::1]/x",
    "https://localhost/x",
    "https://u:p@example.com/x",
    "file:///etc/passwd",
    "https://0x7f.1/x",
    "https://2130706433/x",
  ])("refuses %s", async (url) => {
    await expect(fetchManifest(url, { signal: AbortSignal.timeout(5000) })).rejects.toThrow();
  });
});

describe("HiddenText", () => {
  it("hides a text wherever it is split", () => {
    for (let at = 0; at <= 20; at++) {
      const hidden = new HiddenText("sesame", "*");
      const whole = "a sesame, sesasesame";
      const parts = [hidden.pass(Buffer.from(whole.slice(0, at))), hidden.pass(Buffer.from(whole.slice(at))), hidden.rest()];
      expect(Buffer.concat(parts).toString()).toBe("a *, sesa*");
    }
  });
});
