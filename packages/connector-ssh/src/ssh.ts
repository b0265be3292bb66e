import type { Connector } from "@interlock/connector";
import { parse } from "./parse.ts";
import { readSshSecret, type SshSecret } from "./secret.ts";
import { openTarget } from "./target.ts";

/** Hosts by SSH: shells, scripts run as they were frozen, files. */
export const ssh: Connector<SshSecret> = {
  name: "ssh",
  language: "shell",
  severalTargets: true,
  // A script says by its first line that it is one; other lines are each a command of their own, as at a prompt.
  isWhole: (text) => text.startsWith("#!"),
  parse,
  readSecret: readSshSecret,
  open: openTarget,
};
