import { spawn } from "node:child_process";
import { basename, isAbsolute } from "node:path";
import { TargetError } from "@interlock/connector";
import { firstThatRuns } from "../host-program.ts";
import type { ExecPlugin } from "./kubeconfig.ts";

/** Programs that print a credential for a cloud's clusters and do nothing else. A kubeconfig may name one of these; others need the operator. */
export const KNOWN_PLUGINS: readonly string[] = ["aws-iam-authenticator", "gke-gcloud-auth-plugin", "kubelogin"];

/** Variables of a plug-in that would make it load code or look elsewhere for programs. */
const REFUSED_VARIABLES = /^(PATH|HOME|LD_.*|DYLD_.*|PYTHON.*|NODE_.*|GODEBUG|SSL_.*|.*_PROXY|.*_proxy)$/;

export interface PluginOptions {
  /** Absolute paths of programs that may be run; a kubeconfig names one by path or by its last part. */
  allowed: readonly string[];
  /** Home and PATH of the plug-in: what it needs to find its own settings. Nothing else of the agent's environment reaches it. */
  home: string;
  path: string;
  timeoutMs: number;
}

export interface PluginCredential {
  token?: string;
  cert?: string;
  key?: string;
  /** Milliseconds since 1970; absent: it does not expire. */
  expires?: number;
}

const OUTPUT_LIMIT = 1024 * 1024;

/** Runs a plug-in (client.authentication.k8s.io ExecCredential) from the allow-list. Rejects with TargetError that has nothing of its output. */
export async function runPlugin(plugin: ExecPlugin, options: PluginOptions): Promise<PluginCredential> {
  const listed = options.allowed.filter(
    (path) => isAbsolute(path) && (path === plugin.command || (!isAbsolute(plugin.command) && basename(path) === plugin.command)),
  );
  const name = basename(plugin.command);
  if (listed.length === 0) {
    throw new TargetError(
      "target_down",
      `The exec plug-in "${name}" is not on the list of those that may be run; the operator adds its path to INTERLOCK_EXEC_PLUGINS.`,
    );
  }
  const program = (await firstThatRuns(listed)) ?? listed[0]!;
  const refused = plugin.env.find((variable) => REFUSED_VARIABLES.test(variable.name));
  if (refused !== undefined) throw new TargetError("target_down", `The exec plug-in "${name}" may not set ${refused.name}.`);
  const output = await outputOf(program, plugin, options);
  let status: { token?: unknown; clientCertificateData?: unknown; clientKeyData?: unknown; expirationTimestamp?: unknown } | undefined;
  try {
    const credential = JSON.parse(output) as { kind?: unknown; apiVersion?: unknown; status?: typeof status };
    if (credential.kind === "ExecCredential" && credential.apiVersion === plugin.apiVersion) status = credential.status;
  } catch {
    status = undefined;
  }
  if (status === undefined) throw new TargetError("target_down", `The exec plug-in "${name}" printed no credential.`);
  const expires = typeof status.expirationTimestamp === "string" ? Date.parse(status.expirationTimestamp) : Number.NaN;
  return {
    ...(typeof status.token === "string" ? { token: status.token } : {}),
    ...(typeof status.clientCertificateData === "string" ? { cert: status.clientCertificateData } : {}),
    ...(typeof status.clientKeyData === "string" ? { key: status.clientKeyData } : {}),
    ...(Number.isNaN(expires) ? {} : { expires }),
  };
}

function outputOf(program: string, plugin: ExecPlugin, options: PluginOptions): Promise<string> {
  const name = basename(program);
  const info = { apiVersion: plugin.apiVersion, kind: "ExecCredential", spec: { interactive: false } };
  const own = Object.fromEntries(plugin.env.map((variable) => [variable.name, variable.value]));
  return new Promise((resolve, reject) => {
    const child = spawn(program, plugin.args, {
      env: { ...own, HOME: options.home, PATH: options.path, KUBERNETES_EXEC_INFO: JSON.stringify(info) } as unknown as NodeJS.ProcessEnv,
      stdio: ["ignore", "pipe", "ignore"],
      shell: false,
      timeout: options.timeoutMs,
      killSignal: "SIGKILL",
    });
    const chunks: Buffer[] = [];
    let size = 0;
    child.stdout.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size > OUTPUT_LIMIT) child.kill("SIGKILL");
      else chunks.push(chunk);
    });
    child.once("error", () => reject(new TargetError("target_down", `The exec plug-in "${name}" cannot be run; is it installed?`)));
    child.once("close", (code) => {
      if (code === 0 && size <= OUTPUT_LIMIT) resolve(Buffer.concat(chunks).toString("utf8"));
      else reject(new TargetError("target_down", `The exec plug-in "${name}" ended without a credential.`));
    });
  });
}
