import { ARCHIVES } from "./archives.ts";
import { BUILTINS } from "./builtins.ts";
import { CLOUDS } from "./clouds.ts";
import { CONTAINERS } from "./containers.ts";
import { DATABASES } from "./databases.ts";
import { DISKS } from "./disks.ts";
import { EDITORS } from "./editors.ts";
import { FILES } from "./files.ts";
import { INTERPRETERS } from "./interpreters.ts";
import { KERNEL } from "./kernel.ts";
import { NETWORK } from "./network.ts";
import { PACKAGES } from "./packages.ts";
import { PROCESSES } from "./processes.ts";
import { SERVICES } from "./services.ts";
import { TEXT } from "./text.ts";
import { USERS } from "./users.ts";
import { VERSIONS } from "./versions.ts";

/** Everything that is known of programs, by topic. A name that stands in two is the later one's. */
export const TOPICS = [
  FILES,
  TEXT,
  PROCESSES,
  SERVICES,
  PACKAGES,
  USERS,
  NETWORK,
  DISKS,
  KERNEL,
  ARCHIVES,
  EDITORS,
  VERSIONS,
  CONTAINERS,
  DATABASES,
  CLOUDS,
  INTERPRETERS,
  BUILTINS,
];
