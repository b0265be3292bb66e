import { isRecord, type Json, type KubeObject } from "../json.ts";
import { readCidr } from "../network/address.ts";
import type { FieldPath } from "../workload/pod-templates.ts";
import { pathText, type SchemaProblem } from "./check.ts";

/** RFC 6335, 5.1, as the API has it for names of ports. */
const PORT_NAME = /^(?=.{1,15}$)(?=.*[a-z])(?!.*--)[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

/**
 * What a server refuses in a NetworkPolicy of networking.k8s.io/v1 beyond its types: addresses, peers, ports and their ranges (API reference,
 * NetworkPolicyPeer, IPBlock and NetworkPolicyPort).
 */
export function checkNetworkPolicy(object: KubeObject): SchemaProblem[] {
  if (object.kind !== "NetworkPolicy" || object.apiVersion !== "networking.k8s.io/v1" || !isRecord(object["spec"])) return [];
  const { spec } = object;
  const problems: SchemaProblem[] = [];
  const types: Json = spec["policyTypes"];
  if (Array.isArray(types) && types.length > 2)
    problems.push({ path: ["spec", "policyTypes"], message: "spec.policyTypes are two at most, Ingress and Egress." });
  for (const [field, peers] of [
    ["ingress", "from"],
    ["egress", "to"],
  ] as const) {
    for (const [at, rule] of listOf(spec[field])) {
      for (const [index, peer] of listOf(rule[peers])) problems.push(...checkPeer(peer, ["spec", field, at, peers, index]));
      for (const [index, port] of listOf(rule["ports"])) problems.push(...checkPort(port, ["spec", field, at, "ports", index]));
    }
  }
  return problems;
}

const listOf = (value: Json): [number, Record<string, Json>][] =>
  Array.isArray(value) ? value.map((one: Json, at): [number, Record<string, Json>] => [at, isRecord(one) ? one : {}]) : [];

function checkPeer(
  { podSelector: pods, namespaceSelector: namespaces, ipBlock: block }: Record<string, Json>,
  path: FieldPath,
): SchemaProblem[] {
  const wrong = (message: string, at: FieldPath = path): SchemaProblem[] => [{ path: at, message: `${pathText(at)} ${message}` }];
  const selects = isRecord(pods) || isRecord(namespaces);
  if (!isRecord(block)) return selects ? [] : wrong("names nobody: it wants a podSelector, a namespaceSelector or an ipBlock.");
  if (selects) return wrong("has an ipBlock and a selector, which do not go together.");
  const own = readCidr(String(block["cidr"]));
  if (own === undefined) return wrong("is no CIDR, such as 10.0.0.0/8.", [...path, "ipBlock", "cidr"]);
  const except: Json[] = Array.isArray(block["except"]) ? block["except"] : [];
  return except.flatMap((one, index) => {
    const at = [...path, "ipBlock", "except", index];
    const cidr = readCidr(String(one));
    if (cidr === undefined) return wrong("is no CIDR, such as 10.0.0.0/8.", at);
    const within =
      cidr.family === own.family && own.first <= cidr.first && cidr.last <= own.last && own.last - own.first > cidr.last - cidr.first;
    return within ? [] : wrong(`is no part of ${own.text}.`, at);
  });
}

function checkPort({ port, endPort }: Record<string, Json>, path: FieldPath): SchemaProblem[] {
  const wrong = (field: string, message: string): SchemaProblem[] => [
    { path: [...path, field], message: `${pathText([...path, field])} ${message}` },
  ];
  const isPort = (value: number): boolean => Number.isInteger(value) && value >= 1 && value <= 65_535;
  if (typeof port === "number" && !isPort(port)) return wrong("port", "is no port: they are 1 to 65535.");
  if (typeof port === "string" && !PORT_NAME.test(port))
    return wrong("port", `${JSON.stringify(port)} is no name of a port: small letters, digits and hyphens, 15 at most, with a letter.`);
  if (typeof endPort !== "number") return [];
  if (typeof port !== "number") return wrong("endPort", "goes with a port that is a number.");
  if (endPort < port || !isPort(endPort)) return wrong("endPort", `must be from ${port} to 65535.`);
  return [];
}
