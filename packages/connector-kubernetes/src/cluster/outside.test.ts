import { parse } from "yaml";
import { describe, expect, test } from "vitest";
import { readAccess, type ClusterSecret } from "./kubeconfig.ts";
import { addressOf, outsideKubeconfig, outsideWarnings } from "./outside.ts";

const SECRETS = ["hunter2", "admin-token-of-the-agent", "plugin-password", "cHJpdmF0ZQ=="];
const ACCOUNT = { context: "eks-prod", account: { namespace: "shop", name: "bot" } };

/** A kubeconfig of the agent, as bad as they come. */
const secretOf = (server: string, user: object, cluster: object = {}): ClusterSecret => ({
  kubeconfig: JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": "c",
    clusters: [
      { name: "c", cluster: { server, "certificate-authority-data": Buffer.from("-----CA-----").toString("base64"), ...cluster } },
    ],
    users: [
      { name: "u", user },
      { name: "other", user: { token: "hunter2" } },
    ],
    contexts: [{ name: "c", context: { cluster: "c", user: "u", namespace: "kube-system" } }],
  }),
});

describe("a kubeconfig for outside", () => {
  test.each<[string, object]>([
    ["a token", { token: "admin-token-of-the-agent" }],
    ["a password", { username: "admin", password: "hunter2" }],
    ["a client certificate", { "client-certificate-data": "cHJpdmF0ZQ==", "client-key-data": "cHJpdmF0ZQ==" }],
    [
      "an exec plug-in",
      {
        exec: {
          apiVersion: "client.authentication.k8s.io/v1",
          command: "aws",
          args: ["--secret", "plugin-password"],
          env: [{ name: "P", value: "plugin-password" }],
        },
      },
    ],
  ])("has nothing of %s", async (_, user) => {
    const access = await readAccess(secretOf("https://admin:hunter2@api.example.com:6443/k8s/?key=hunter2#hunter2", user));
    const text = outsideKubeconfig(addressOf(access), ACCOUNT, "head.body.signature");
    for (const secret of SECRETS) expect(text).not.toContain(secret);
    expect(parse(text)).toEqual({
      apiVersion: "v1",
      kind: "Config",
      clusters: [
        {
          name: "eks-prod",
          cluster: {
            server: "https://api.example.com:6443/k8s",
            "certificate-authority-data": Buffer.from("-----CA-----").toString("base64"),
          },
        },
      ],
      users: [{ name: "shop-bot", user: { token: "head.body.signature" } }],
      contexts: [{ name: "eks-prod", context: { cluster: "eks-prod", namespace: "shop", user: "shop-bot" } }],
      "current-context": "eks-prod",
    });
  });

  test("checks the server's certificate, also where the agent does not", async () => {
    const access = await readAccess(
      secretOf(
        "https://api.example.com",
        { token: "t" },
        { "certificate-authority-data": "", "insecure-skip-tls-verify": true, "tls-server-name": "k8s.internal" },
      ),
    );
    const text = outsideKubeconfig(addressOf(access), ACCOUNT, "t");
    expect(text).not.toContain("insecure");
    expect(text).toContain("tls-server-name: k8s.internal");
    expect(outsideWarnings(addressOf(access), [])).toEqual([expect.stringContaining("no CA is known") as string]);
  });
});

describe("where a kubeconfig leads nowhere", () => {
  const warnings = (server: string, more: object = {}, audiences: string[] = []) =>
    outsideWarnings({ server, ca: "ca", verified: true, inside: false, ...more }, audiences);
  test.each<[string, string | undefined, object?]>([
    ["https://api.example.com:6443", undefined],
    ["https://203.0.113.7:6443", undefined],
    ["https://[2001:db8::1]:6443", undefined],
    ["https://127.0.0.1:6443", "is the machine that Interlock runs on"],
    ["https://localhost:6443", "is the machine that Interlock runs on"],
    ["https://[::1]:6443", "is the machine that Interlock runs on"],
    ["https://kubernetes.default.svc", "within the cluster"],
    ["https://kubernetes.default.svc.cluster.local:443", "within the cluster"],
    ["https://kubernetes.default", "within the cluster"],
    ["https://kubernetes.default.svc.corp.example", "within the cluster"],
    ["https://api.svc.example.com", undefined],
    ["https://10.96.0.1:443", "within the cluster", { inside: true }],
    ["https://10.0.3.7:6443", "private address"],
    ["https://172.20.0.2:6443", "private address"],
    ["https://172.33.0.2:6443", undefined],
    ["https://169.254.1.1", "private address"],
    ["https://[fd00::1]:6443", "private address"],
    ["https://kind-control-plane:6443", "without a domain"],
  ])("%s: %s", (server, words, more) => {
    expect(warnings(server, more)).toEqual(words === undefined ? [] : [expect.stringContaining(words) as string]);
  });

  test("without TLS kubectl sends none; for another audience the server may not take it", () => {
    expect(warnings("http://api.example.com")).toEqual([expect.stringContaining("without TLS") as string]);
    expect(warnings("https://api.example.com", {}, ["vault"])).toEqual([expect.stringContaining("for vault") as string]);
  });
});
