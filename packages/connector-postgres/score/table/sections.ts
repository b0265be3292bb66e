import { ALTERATIONS } from "./alterations.ts";
import { TRIGGERS, VIEWS } from "./code.ts";
import { CATALOGUE, MAINTENANCE } from "./catalogue.ts";
import { COLUMNS } from "./columns.ts";
import { CONSTRAINTS, CONSTRAINTS_18 } from "./constraints.ts";
import { KEY_ACTIONS, KEYS_OF_18, KEYS_OF_PARTITIONS, KEYS_THAT_FORBID } from "./foreign-keys.ts";
import { CONFLICTS, MERGES, WITHS } from "./merges.ts";
import { HEIRS } from "./heirs.ts";
import { NAMES, SESSIONS } from "./names.ts";
import { RIGHTS, ROW_SECURITY, TYPES } from "./objects.ts";
import { KEY_CHAINS } from "./key-chains.ts";
import { FOLLOWED } from "./followed.ts";
import { INHERITANCE, PARTITIONS } from "./partitions.ts";
import { FEW_RIGHTS, ROW_POLICIES } from "./privileges.ts";
import { RULE_CHAINS } from "./rule-chains.ts";
import type { Section } from "./section.ts";
import { TEXTS } from "./texts.ts";
import { TRIGGER_BODIES } from "./trigger-bodies.ts";
import { TRIGGER_FORMS } from "./trigger-forms.ts";
import { RULES, VIEW_FORMS } from "./view-forms.ts";

/** Grows, and never shrinks. */
export const SECTIONS: readonly Section[] = [
  PARTITIONS,
  INHERITANCE,
  CONSTRAINTS,
  CONSTRAINTS_18,
  TRIGGERS,
  VIEWS,
  TYPES,
  RIGHTS,
  ROW_SECURITY,
  ALTERATIONS,
  KEY_ACTIONS,
  KEYS_OF_PARTITIONS,
  KEYS_OF_18,
  KEYS_THAT_FORBID,
  TRIGGER_BODIES,
  TRIGGER_FORMS,
  MERGES,
  CONFLICTS,
  WITHS,
  VIEW_FORMS,
  RULES,
  RULE_CHAINS,
  FOLLOWED,
  KEY_CHAINS,
  NAMES,
  SESSIONS,
  COLUMNS,
  CATALOGUE,
  MAINTENANCE,
  FEW_RIGHTS,
  ROW_POLICIES,
  TEXTS,
  HEIRS,
];
