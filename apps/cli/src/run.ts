import packageJson from "../package.json" with { type: "json" };
import { EXIT, type ExitCode, Stop, usage } from "./exit.ts";
import { HELP } from "./help.ts";
import type { Terminal } from "./terminal.ts";

type Command = (args: string[], terminal: Terminal) => Promise<ExitCode>;

/** Each is loaded when it is run: what one needs may not be set up where another is used. */
const COMMANDS: Record<string, () => Promise<Command>> = {
  analyze: async () => (await import("./analyze.ts")).analyze,
  reach: async () => (await import("./reach.ts")).reach,
  "audit verify": async () => (await import("./audit-verify.ts")).auditVerify,
  "connection add": async () => (await import("./connection-add.ts")).connectionAdd,
  "who-may": async () => (await import("./who-may.ts")).whoMay,
  posture: async () => (await import("./posture.ts")).posture,
  "least-privilege": async () => (await import("./least-privilege.ts")).leastPrivilegeOf,
  run: async () => (await import("./run-command.ts")).runCommand,
  "host-key": async () => (await import("./host-key.ts")).hostKey,
  "user add": async () => (await import("./user-add.ts")).userAdd,
  "token create": async () => (await import("./token-create.ts")).tokenCreate,
  token: async () => (await import("./token-outside.ts")).tokenOutside,
  "policy test": async () => (await import("./policy-test.ts")).policyTest,
  "policy check": async () => (await import("./policy-check.ts")).policyCheck,
};

/** Runs one command line. Resolves with its exit code; never rejects. */
export async function run(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  try {
    if (args.includes("--help") || args.includes("-h") || args[0] === "help") {
      terminal.out(HELP);
      return EXIT.ok;
    }
    if (args[0] === "--version" || args[0] === "-v") {
      terminal.out(packageJson.version);
      return EXIT.ok;
    }
    const words = [args.slice(0, 2).join(" "), args[0] ?? ""].find((name) => Object.hasOwn(COMMANDS, name));
    if (words === undefined)
      throw usage(args.length === 0 ? "What should be done?" : `There is no command ${JSON.stringify(args.slice(0, 2).join(" "))}.`);
    const command = await COMMANDS[words]!();
    return await command(args.slice(words.split(" ").length), terminal);
  } catch (error) {
    if (error instanceof Stop) {
      terminal.error(error.message);
      return error.code;
    }
    if (terminal.signal.aborted) {
      terminal.error("Interrupted.");
      return EXIT.unreachable;
    }
    terminal.error(error instanceof Error ? `interlock: ${error.stack ?? error.message}` : `interlock: ${String(error)}`);
    return EXIT.unreachable;
  }
}
