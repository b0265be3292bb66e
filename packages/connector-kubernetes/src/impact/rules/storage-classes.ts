import { nameOf } from "../world.ts";
import type { Finding, Rule } from "./rule.ts";

const CLASSES = "storage.k8s.io/storageclasses";
const CLAIMS = "/persistentvolumeclaims";
const SETS = "apps/statefulsets";

/** Claims that still wait for a volume, and StatefulSets that will claim more, of a StorageClass that does not exist. */
export const storageClasses: Rule = {
  name: "storage classes",
  gone: [CLASSES],
  made: [CLAIMS, SETS],
  reads: [CLASSES, CLAIMS, SETS],
  per: "namespace",
  find: (world, namespace) => {
    const findings: Finding[] = [];
    for (const claim of world.all(CLAIMS, namespace)) {
      const spec = claim.body?.["spec"];
      const name = spec?.["storageClassName"];
      // An empty class asks for none; a volume of that class may have been made by hand.
      if (typeof name !== "string" || name === "" || !world.lacks(CLASSES, undefined, name)) continue;
      const appears =
        spec["volumeName"] === undefined
          ? `no volume is provisioned for it: StorageClass ${name} does not exist`
          : `it keeps its volume but cannot be expanded: StorageClass ${name} does not exist`;
      findings.push({ key: `${nameOf(claim)} ${name}`, object: nameOf(claim), appears, scope: `namespace ${namespace!}` });
    }
    for (const set of world.all(SETS, namespace)) {
      for (const template of set.body?.["spec"]?.["volumeClaimTemplates"] ?? []) {
        const name = template.spec?.storageClassName;
        if (typeof name !== "string" || name === "" || !world.lacks(CLASSES, undefined, name)) continue;
        const appears = `new pods wait for claims ${template.metadata?.name}: StorageClass ${name} does not exist`;
        findings.push({ key: `${nameOf(set)} ${name}`, object: nameOf(set), appears, scope: `namespace ${namespace!}` });
      }
    }
    return findings;
  },
};
