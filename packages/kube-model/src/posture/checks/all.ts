import type { Check } from "../check.ts";
import { AVAILABILITY } from "./availability.ts";
import { CREDENTIALS } from "./credentials.ts";
import { DEPRECATED_APIS } from "./deprecated-apis.ts";
import { DUTIES } from "./duties.ts";
import { IDENTITY } from "./identity.ts";
import { IMAGES } from "./images.ts";
import { ISOLATION } from "./isolation.ts";
import { MOUNTS } from "./mounts.ts";
import { NAMESPACES } from "./namespaces.ts";
import { NETWORK } from "./network.ts";
import { RESOURCES } from "./resources.ts";
import { RIGHTS } from "./rights.ts";

/** Every check there is. */
export const CHECKS: readonly Check[] = [
  ...RIGHTS,
  ...DUTIES,
  ...CREDENTIALS,
  ...ISOLATION,
  ...MOUNTS,
  ...IDENTITY,
  ...IMAGES,
  ...RESOURCES,
  ...AVAILABILITY,
  ...NETWORK,
  ...NAMESPACES,
  ...DEPRECATED_APIS,
];
