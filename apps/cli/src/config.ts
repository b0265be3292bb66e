import { isAbsolute, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { HostPrograms } from "@interlock/connector";

/** What the command line is told by its environment. The only place that reads it. */
export interface Config {
  /** Interlock's own database; undefined means the embedded one under `home`. */
  databaseUrl: string | undefined;
  /** Absolute folder of all state. */
  home: string;
  /** Base64 of the 32 bytes that seal stored credentials; undefined means the one kept under `home`. */
  key: string | undefined;
  /** Where the service is; undefined means the one that runs from `home`. */
  url: string | undefined;
  /** A person's token for the service; undefined means that connections are opened by the command line itself. */
  token: string | undefined;
  host: HostPrograms;
  /** Undefined: colours where the output is a terminal. */
  color: boolean | undefined;
  /** Where relative file names start: npx runs from the folder of the package. */
  cwd: string;
}

/** The checkout this command line is part of. */
const CHECKOUT = fileURLToPath(new URL("../../..", import.meta.url));

export function readConfig(environment: Readonly<Record<string, string | undefined>>, cwd: string): Config {
  // An empty variable is how shells and compose files say "not set".
  const get = (name: string) => environment[name] || undefined;
  const home = get("INTERLOCK_HOME");
  const kubectl = get("INTERLOCK_KUBECTL");
  return {
    databaseUrl: get("DATABASE_URL"),
    home: home === undefined ? resolve(CHECKOUT, ".interlock") : resolve(cwd, home),
    key: get("INTERLOCK_KEY"),
    url: get("INTERLOCK_URL"),
    token: get("INTERLOCK_TOKEN"),
    host: {
      ...(kubectl === undefined ? {} : { programs: { kubectl: resolve(cwd, kubectl) } }),
      credentialPrograms: (get("INTERLOCK_EXEC_PLUGINS") ?? "").split(":").filter(isAbsolute),
    },
    color: get("NO_COLOR") !== undefined ? false : get("FORCE_COLOR") !== undefined ? get("FORCE_COLOR") !== "0" : undefined,
    cwd,
  };
}
