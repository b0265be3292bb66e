import { admissionPolicies } from "./admission-policies.ts";
import { autoscalers } from "./autoscalers.ts";
import { disruptionBudgets } from "./disruption-budgets.ts";
import { externalNames } from "./external-names.ts";
import { namedNamespaces } from "./network-policies.ts";
import { placement } from "./placement.ts";
import { references } from "./references.ts";
import { routes } from "./routes.ts";
import type { Rule } from "./rule.ts";
import { selected, selections } from "./selections.ts";
import { servedApis } from "./served-apis.ts";
import { storageClasses } from "./storage-classes.ts";
import { subjects } from "./subjects.ts";
import { webhooks } from "./webhooks.ts";

/** Every rule, in the order in which what they find is told. */
export const RULES: readonly Rule[] = [
  webhooks,
  admissionPolicies,
  servedApis,
  routes,
  externalNames,
  selections,
  selected,
  disruptionBudgets,
  references,
  storageClasses,
  namedNamespaces,
  autoscalers,
  subjects,
  placement,
];
