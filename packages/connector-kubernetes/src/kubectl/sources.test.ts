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
    expect(kustomization("patches: [{patch: '- op: x', target: {kind: Pod}, options: {allowNameChange: true}}]")).toBeUndefined();
    expect(kustomization("secretGenerator: [{name: s, type: Opaque, behavior: create, literals: [a=b], options: {}}]")).toBeUndefined();
    expect(kustomization("replacements: [{source: {kind: Pod}, targets: []}, {path: r.yaml}]", { "r.yaml": "" })).toBeUndefined();
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
    // kustomize takes a field in any case, and merges.
    "configMapGenerator: [{name: c, Files: ['a=http://169.254.169.254/x']}]",
    "configMapGenerator: [{name: c, FILES: [a.yaml]}]",
    "configMapGenerator: [{name: c, <<: {files: ['http://169.254.169.254/x']}}]",
    "secretGenerator: [{name: c, Envs: ['http://169.254.169.254/x']}]",
    "patches: [{Path: 'http://169.254.169.254/x'}]",
    "patchesJson6902: [{target: {kind: Pod}, pATH: x}]",
    "replacements: [{Path: 'http://169.254.169.254/x'}]",
    "Resources: ['http://169.254.169.254/x']",
    "<<: {resources: ['http://169.254.169.254/x']}",
    "configMapGenerator: [{name: c, files: 'http://169.254.169.254/x'}]",
    "configMapGenerator: [[x]]",
    "namePrefix: &a x\nnameSuffix: *a",
    "configMapGenerator: [{name: c, ? !!binary RmlsZXM= : ['http://169.254.169.254/x']}]",
    // A line ends there for YAML 1.1.
    "namePrefix: x # \u2028resources: ['http://169.254.169.254/x']",
    "namePrefix: x # \u0085resources: ['http://169.254.169.254/x']",
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
