import { isRecord, type Json } from "../../json.ts";
import type { Check, Severity } from "../check.ts";
import { decide, named, word, inNamespace } from "../fix.ts";
import type { Source } from "../inventory.ts";
import { draft, objectCheck } from "../rules.ts";
import { looksSecret } from "../secret-words.ts";

const SECRET = ["/Secret"];
const DELETE_OLD = "Who uses it? Give them another way first; deleting it ends it at once.";

const ofType = (
  types: readonly string[],
  about: { id: string; title: string; severity: Severity; why: string; says(source: Source): string; decision: string },
): Check => {
  const { says, decision, ...rest } = about;
  return objectCheck({
    ...rest,
    area: "credentials",
    kinds: SECRET,
    find(source) {
      if (!types.includes(String(source.object["type"] ?? "Opaque"))) return undefined;
      return draft(source, says(source), [{ path: ["type"] }], decide(decision, [`kubectl delete ${named(source.object)}`]));
    },
  });
};

const HIDDEN = "•••• (not shown)";

/** Credentials that last until somebody deletes them. */
export const CREDENTIALS: readonly Check[] = [
  {
    ...ofType(["kubernetes.io/service-account-token"], {
      id: "token-secret",
      title: "Service account tokens that never expire",
      severity: "high",
      why: "Whoever has read it once is that account until the Secret is deleted, from anywhere that reaches the API. Pods get tokens of an hour without it.",
      says: ({ object }) => {
        const account: Json = object.metadata?.annotations?.["kubernetes.io/service-account.name"];
        return `It is a token of ${account === undefined ? "a service account" : `the service account ${String(account)}`} that never expires.`;
      },
      decision: "Who uses it? Pods need none; give others short-lived ones (kubectl create token). Deleting it ends it at once.",
    }),
  },
  ofType(["kubernetes.io/basic-auth"], {
    id: "basic-auth-secret",
    title: "Passwords for basic authentication",
    severity: "medium",
    why: "A password that several know says of nobody who it was, and is rarely changed.",
    says: () => "It holds a name and a password.",
    decision: DELETE_OLD,
  }),
  ofType(["kubernetes.io/ssh-auth"], {
    id: "ssh-secret",
    title: "SSH keys",
    severity: "medium",
    why: "A private key opens what it opens from anywhere, until somebody takes it out there.",
    says: () => "It holds a private SSH key.",
    decision:
      "What does it open? A deploy key that only reads, or short-lived certificates, do less harm. Deleting it here does not end it there.",
  }),
  ofType(["kubernetes.io/dockerconfigjson", "kubernetes.io/dockercfg"], {
    id: "registry-secret",
    title: "Passwords of registries",
    severity: "low",
    why: "Who reads it pulls every image it may, and pushes, if it may that: what runs here next is theirs.",
    says: () => "It holds a password of a registry.",
    decision: "May it only pull? Clouds let nodes pull by their own identity, without any password.",
  }),
  objectCheck({
    id: "secret-in-manifest",
    title: "Secrets written into manifests",
    severity: "high",
    area: "credentials",
    why: "base64 hides nothing: whoever reads the file, its history or a copy of it has the value, and taking it out later does not take it back.",
    kinds: SECRET,
    // Of a cluster their values are not asked for.
    ofManifests: true,
    find(source) {
      const bad = ["data", "stringData"].flatMap((field) =>
        Object.keys(isRecord(source.object[field]) ? source.object[field] : {}).map((key) => ({ path: [field, key], words: HIDDEN })),
      );
      if (bad.length === 0) return undefined;
      return draft(
        source,
        "Its values stand in the file.",
        bad,
        decide(
          "Make new values, for these have been readable; keep them sealed (SOPS, Sealed Secrets) or let them be fetched (External Secrets).",
        ),
      );
    },
  }),
  objectCheck({
    id: "secret-in-config-map",
    title: "Secrets in ConfigMaps",
    severity: "high",
    area: "credentials",
    why: "ConfigMaps are read by everybody who may look around a namespace, and are kept and logged in the open.",
    kinds: ["/ConfigMap"],
    find(source) {
      const data: Json = source.object["data"];
      const bad = Object.entries(isRecord(data) ? data : {})
        .filter(([key, value]) => typeof value === "string" && looksSecret(key, value))
        .map(([key]) => ({ path: ["data", key], words: HIDDEN }));
      if (bad.length === 0) return undefined;
      return draft(
        source,
        "It holds what looks like a secret.",
        bad,
        decide("Is it one? Make a new value, keep it in a Secret, and let what reads it read that."),
      );
    },
  }),
  objectCheck({
    id: "bootstrap-token",
    title: "Tokens that let nodes join",
    severity: "high",
    area: "credentials",
    why: "Who has it makes a machine a node of the cluster, and is given the Secrets of the pods that land there.",
    kinds: SECRET,
    find(source) {
      if (source.object["type"] !== "bootstrap.kubernetes.io/token") return undefined;
      const line = `kubectl delete secret ${word(String(source.object.metadata?.name))}${inNamespace(source.object)}`;
      return draft(
        source,
        "It lets machines join the cluster.",
        [{ path: ["type"] }],
        decide("Is a node being added now? If not, delete it; kubeadm makes another.", [line]),
        { system: false },
      );
    },
  }),
];
