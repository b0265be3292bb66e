import { expect, test } from "vitest";
import type { KubeObject } from "../json.ts";
import { checkObject } from "./check.ts";
import { checkSelectors } from "./check-selectors.ts";
import { builtinKind } from "./kinds.ts";

const policy = (spec: object): KubeObject => ({
  apiVersion: "networking.k8s.io/v1",
  kind: "NetworkPolicy",
  metadata: { name: "p" },
  spec: { podSelector: {}, ...spec },
});
const problems = (object: KubeObject): string[] =>
  checkObject(object, builtinKind(object.apiVersion!, object.kind!)!).map((one) => one.message);
const from = (...peers: object[]): object => ({ ingress: [{ from: peers }] });
const ports = (...list: object[]): object => ({ egress: [{ ports: list }] });
const selecting = (...matchExpressions: object[]): object => ({ podSelector: { matchExpressions } });

test("what a server takes has no problem", () => {
  expect(problems(policy({ podSelector: undefined, policyTypes: ["Egress"] }))).toEqual([]);
  expect(problems(policy(from({ podSelector: {} }, { namespaceSelector: {}, podSelector: {} })))).toEqual([]);
  expect(problems(policy(from({ ipBlock: { cidr: "10.0.0.0/8", except: ["10.1.0.0/16"] } }, { ipBlock: { cidr: "fd00::/8" } })))).toEqual(
    [],
  );
  expect(problems(policy(ports({}, { port: "https" }, { port: 1, endPort: 1 }, { protocol: "SCTP" })))).toEqual([]);
  expect(problems(policy(selecting({ key: "a", operator: "NotIn", values: ["b"] }, { key: "a", operator: "Exists", values: [] })))).toEqual(
    [],
  );
});

test.each([
  [from({}), "spec.ingress[0].from[0] names nobody: it wants a podSelector, a namespaceSelector or an ipBlock."],
  [
    from({ podSelector: {}, ipBlock: { cidr: "0.0.0.0/0" } }),
    "spec.ingress[0].from[0] has an ipBlock and a selector, which do not go together.",
  ],
  [from({ ipBlock: { cidr: "10.0.0.0" } }), "spec.ingress[0].from[0].ipBlock.cidr is no CIDR, such as 10.0.0.0/8."],
  [from({ ipBlock: { cidr: "10.0.0.0/8", except: ["x"] } }), "spec.ingress[0].from[0].ipBlock.except[0] is no CIDR, such as 10.0.0.0/8."],
  [
    from({ ipBlock: { cidr: "10.0.0.0/8", except: ["11.0.0.0/16"] } }),
    "spec.ingress[0].from[0].ipBlock.except[0] is no part of 10.0.0.0/8.",
  ],
  [
    from({ ipBlock: { cidr: "10.0.0.0/8", except: ["10.0.0.0/8"] } }),
    "spec.ingress[0].from[0].ipBlock.except[0] is no part of 10.0.0.0/8.",
  ],
  [ports({ port: 0 }), "spec.egress[0].ports[0].port is no port: they are 1 to 65535."],
  [
    ports({ port: "80" }),
    'spec.egress[0].ports[0].port "80" is no name of a port: small letters, digits and hyphens, 15 at most, with a letter.',
  ],
  [ports({ port: "http", endPort: 90 }), "spec.egress[0].ports[0].endPort goes with a port that is a number."],
  [ports({ endPort: 90 }), "spec.egress[0].ports[0].endPort goes with a port that is a number."],
  [ports({ port: 100, endPort: 90 }), "spec.egress[0].ports[0].endPort must be from 100 to 65535."],
  [{ policyTypes: ["Ingress", "Egress", "Ingress"] }, "spec.policyTypes are two at most, Ingress and Egress."],
  [
    selecting({ key: "a", operator: "in", values: ["b"] }),
    "spec.podSelector.matchExpressions[0].operator is none of In, NotIn, Exists, DoesNotExist.",
  ],
  [selecting({ key: "a", operator: "In" }), "spec.podSelector.matchExpressions[0].values must be there: In wants one at least."],
  [
    selecting({ key: "a", operator: "Exists", values: ["b"] }),
    "spec.podSelector.matchExpressions[0].values must not be there: Exists takes none.",
  ],
  [
    selecting({ key: "a", operator: "Gt", values: ["1"] }),
    "spec.podSelector.matchExpressions[0].operator is none of In, NotIn, Exists, DoesNotExist.",
  ],
])("%j", (spec, message) => {
  expect(problems(policy(spec))).toEqual([message]);
});

test("selectors of nodes compare, too, and custom types may mean something else", () => {
  const affinity = (operator: string, values: string[]): KubeObject => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "p" },
    spec: {
      containers: [{ name: "c", image: "c" }],
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [{ matchExpressions: [{ key: "cpus", operator, values }] }],
          },
        },
      },
    },
  });
  expect(problems(affinity("Gt", ["4"]))).toEqual([]);
  expect(problems(affinity("Gt", ["4", "5"]))).toEqual([expect.stringContaining("values must be one")]);
  const custom = { ...policy(selecting({ key: "a", operator: "matches" })), apiVersion: "example.com/v1" };
  expect(checkSelectors(custom, "example.com")).toEqual([]);
  expect(checkSelectors(custom, "networking.k8s.io")).toHaveLength(1);
});
