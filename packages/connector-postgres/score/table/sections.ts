import { TRIGGERS, VIEWS } from "./code.ts";
import { CONSTRAINTS, CONSTRAINTS_18 } from "./constraints.ts";
import { RIGHTS, ROW_SECURITY, TYPES } from "./objects.ts";
import { INHERITANCE, PARTITIONS } from "./partitions.ts";
import type { Section } from "./section.ts";

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
];
