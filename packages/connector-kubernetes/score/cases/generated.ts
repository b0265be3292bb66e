import type { Chance } from "../chance.ts";
import type { Case } from "./case.ts";

/** A few names, so that lines meet what earlier ones have made, changed or taken away. */
const MAPS = ["<settings>", "<applied>", "made", "other"];
const DEPLOYMENTS = ["<web>", "<worker>", "made"];
const VALUES = ["a", "b", "live"];
const SHOP = "-n <shop>";

type Make = (chance: Chance) => string;

/** Lines over objects that no controller touches, and over specs of those that one does: both are the same in a plan and alone. */
const LINES: readonly Make[] = [
  (chance) => `create configmap ${chance.one(MAPS)} --from-literal=mode=${chance.one(VALUES)} ${SHOP}`,
  (chance) => `delete configmap ${chance.one(MAPS)} ${SHOP}${chance.onceIn(2) ? " --ignore-not-found" : ""}`,
  (chance) => `label configmap ${chance.one(MAPS)} tier=${chance.one(VALUES)} ${SHOP}${chance.onceIn(2) ? " --overwrite" : ""}`,
  (chance) => `label configmap ${chance.one(MAPS)} tier- ${SHOP}`,
  (chance) => `label configmaps -l tier=${chance.one(VALUES)} seen=yes ${SHOP} --overwrite`,
  (chance) => `delete configmaps -l tier=${chance.one(VALUES)} ${SHOP}`,
  (chance) => `annotate configmap ${chance.one(MAPS)} note=${chance.one(VALUES)} ${SHOP} --overwrite`,
  (chance) => `patch configmap ${chance.one(MAPS)} ${SHOP} --type=merge -p '{"data":{"${chance.one(VALUES)}":"${chance.one(VALUES)}"}}'`,
  (chance) =>
    `patch configmap ${chance.one(MAPS)} ${SHOP} --type=json -p '[{"op":"add","path":"/data/more","value":"${chance.one(VALUES)}"}]'`,
  (chance) => `patch configmap ${chance.one(MAPS)} ${SHOP} -p '{"metadata":{"labels":{"tier":"${chance.one(VALUES)}"}}}'`,
  (chance) => apply(chance, mapOf(chance)),
  (chance) => apply(chance, mapOf(chance)),
  (chance) => `apply --server-side${chance.onceIn(2) ? " --force-conflicts" : ""} -f - <<'EOF'\n${mapOf(chance)}EOF`,
  (chance) => `replace${chance.onceIn(3) ? " --force" : ""} -f - <<'EOF'\n${mapOf(chance)}EOF`,
  (chance) => `create deployment made --image=made:${chance.between(1, 3)} ${SHOP}`,
  (chance) => `scale deployment ${chance.one(DEPLOYMENTS)} --replicas=${chance.below(5)} ${SHOP}`,
  (chance) => `set image deployment/${chance.one(DEPLOYMENTS)} '*=image:${chance.between(1, 3)}' ${SHOP}`,
  (chance) => `set env deployment/${chance.one(DEPLOYMENTS)} MODE=${chance.one(VALUES)} ${SHOP}`,
  (chance) => `rollout undo deployment ${chance.one(DEPLOYMENTS)} ${SHOP}`,
  (chance) => `delete deployment ${chance.one(DEPLOYMENTS)} ${SHOP}`,
  (chance) => `annotate deployment ${chance.one(DEPLOYMENTS)} note=${chance.one(VALUES)} ${SHOP} --overwrite`,
  (chance) => `expose deployment ${chance.one(DEPLOYMENTS)} --name=made --port=${chance.between(80, 90)} ${SHOP}`,
  (chance) => `delete service made ${SHOP}${chance.onceIn(2) ? " --ignore-not-found" : ""}`,
  () => "create namespace spare",
  () => "delete namespace spare --ignore-not-found",
  (chance) => `create configmap ${chance.one(["one", "two"])} --from-literal=a=b -n spare`,
  (chance) => `create role made --verb=${chance.one(["get", "list"])} --resource=pods ${SHOP}`,
  () => `delete role made ${SHOP} --ignore-not-found`,
  (chance) => `create secret generic made --from-literal=password=${chance.one(VALUES)} ${SHOP}`,
  (chance) => `label secret ${chance.one(["made", "<database>"])} tier=${chance.one(VALUES)} ${SHOP} --overwrite`,
  () => `get configmaps ${SHOP} --show-labels`,
];

const mapOf = (chance: Chance): string => {
  const data = chance.some(["mode", "level", "more"], 1 + chance.below(3)).map((key) => `${key}: ${chance.one(VALUES)}`);
  const labels = chance.onceIn(2) ? `, labels: { tier: ${chance.one(VALUES)} }` : "";
  return `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${chance.one(MAPS)}, namespace: <shop>${labels} }\ndata: { ${data.join(", ")} }\n`;
};

const apply = (chance: Chance, manifest: string): string =>
  `apply${chance.onceIn(3) ? " --field-manager=other" : ""} -f - <<'EOF'\n${manifest}EOF`;

/** So many commands of two to five lines that are drawn by lot. They may end with an error, if they do so alone as well. */
export function generatedCases(chance: Chance, count: number): Case[] {
  return Array.from({ length: count }, () => ({
    family: "drawn by lot",
    text: Array.from({ length: chance.between(2, 5) }, () => `kubectl ${chance.one(LINES)(chance)}`).join("\n"),
    fails: "either" as const,
  }));
}
