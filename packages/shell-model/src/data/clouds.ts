import { quoted } from "../call.ts";
import { all, type Programs } from "../program.ts";
import type { Call } from "../call.ts";

/**
 * Clouds: operations are named by what they do, in hundreds of services; those that begin with a word of reading read, those that
 * begin with one of deleting delete, and everything else may change rights or run programs. Sources: the AWS CLI, gcloud and az references.
 */
const READS =
  /^(?:list|ls|describe|get|show|head|lookup|search|query|scan|check|validate|test-(?!invoke)|preview|estimate|count|filter|simulate|verify|wait|tail|help|info|read|status|print|explain)(?:$|-)/u;
const DELETES =
  /^(?:delete|remove|terminate|rm|rb|destroy|purge|deregister|detach|disassociate|revoke|release|stop-and|batch-delete|schedule-key-deletion|cancel)(?:$|-)/u;

export const CLOUDS: Programs = {
  aws: {
    rule: (call) =>
      cloud(call, /^--(?:region|profile|output|query|endpoint-url|color|cli-read-timeout|cli-connect-timeout|ca-bundle)$/u, 2),
  },
  gcloud: {
    rule: (call) => cloud(call, /^--(?:project|account|format|filter|region|zone|limit|verbosity|impersonate-service-account)$/u, 9),
  },
  gsutil: { rule: (call) => cloud(call, /^-(?:o|h)$/u, 1, /^(?:ls|cat|stat|du|hash|version)$/u) },
  az: { rule: (call) => cloud(call, /^(?:--(?:output|query|subscription|resource-group|name)|-[ogn])$/u, 9) },
  ...all("doctl hcloud linode-cli oci ibmcloud scw exo openstack", {
    rule: (call) => cloud(call, /^--?(?:output|o|format|region|profile|context|os-cloud|f|c)$/u, 9),
  }),
  eksctl: { rule: (call) => cloud(call, /^--(?:region|profile|cluster|name|output|config-file)$|^-[ofr]$/u, 9) },
};

function cloud(call: Call, valued: RegExp, depth: number, alsoReads?: RegExp): undefined {
  const words: string[] = [];
  for (let i = 0; i < call.args.length; i++) {
    const arg = call.args[i]!;
    const word = arg.text;
    if (word === undefined) {
      // The value of an option may be a variable, the name of an operation not.
      if (arg.mayBeOption && words.length < 2) {
        call.unclear(`What ${call.name} is asked to do is only known once it runs`, arg);
        return undefined;
      }
      if (words.length >= depth) break;
      words.push("?");
      continue;
    }
    if (word.startsWith("-")) {
      if (valued.test(word)) i++;
      else if (words.length >= 2) break;
      continue;
    }
    words.push(word === "" ? "''" : word);
    if (words.length >= depth) break;
  }
  if (
    call.args.length === 0 ||
    words[0] === "help" ||
    (words.length <= 1 && call.words().some((word) => /^--?(?:version|help)$/u.test(word))) ||
    words[0] === "version"
  ) {
    call.note("read", `Shows how ${call.name} is used`);
    return undefined;
  }
  if (words.length === 0) {
    call.note("unknown", `What ${call.name} is asked to do is not known`);
    return undefined;
  }
  const says = `${call.name} ${words.slice(0, 4).join(" ")}`;
  const all = call.words();
  // Secrets, tokens and sessions read like anything else and are worth more.
  if (
    /(?:^| )(?:get-secret-value|get-password-data|get-session-token|assume-role\S*|get-login-password|print-access-token|get-access-token|versions access|secret show|decrypt)(?: |$)/u.test(
      words.join(" "),
    )
  )
    call.risk("secret_read", "Shows a credential; who watches would see it.");
  if (call.name === "aws" && words[0] === "s3") {
    if (words[1] === "ls" || words[1] === "presign") call.note("read", `Lists in S3: ${quoted(says)}`);
    else if (words[1] === "rm" || words[1] === "rb" || all.includes("--delete") || words[1] === "mv")
      call.note("delete", `Deletes in S3: ${quoted(says)}`);
    else call.note("modify", `Copies to or from S3: ${quoted(says)}`);
    return undefined;
  }
  if (call.name === "aws" && /^(?:configure|sso|ecr get-login)/u.test(words.join(" "))) {
    const reads = words[1] === "list" || words[1] === "get" || words[1] === "list-profiles";
    call.note(reads ? "read" : "privilege", reads ? "Shows how aws is set up" : `Changes how aws signs in: ${quoted(says)}`);
    return undefined;
  }
  if (/ ssm (?:start-session|send-command)| execute-command | compute ssh| ssh($| )| run-command | invoke/u.test(` ${words.join(" ")} `)) {
    call.unclear(`Runs something elsewhere: ${quoted(says)}`);
    return undefined;
  }
  if (/(?:^| )(?:get-credentials|s3api get-object)(?: |$)/u.test(words.join(" "))) {
    call.note("modify", `Writes a file: ${quoted(says)}`);
    return undefined;
  }
  const verbs = call.name === "aws" ? [words[1] ?? ""] : words;
  const reads = (word: string): boolean => READS.test(word) || (alsoReads?.test(word) ?? false);
  // Of gcloud and az the operation is the last word of the group, so the first word that is an operation counts.
  const verb = verbs.find((word) => reads(word) || DELETES.test(word) || CHANGES.test(word));
  if (words.includes("?") && verb === undefined) call.unclear(`What ${call.name} is asked to do is only known once it runs`);
  else if (verb !== undefined && DELETES.test(verb)) call.note("delete", `Deletes in the cloud: ${quoted(says)}`);
  else if (verb !== undefined && reads(verb)) {
    if (verb.startsWith("tail") || all.includes("--follow")) call.scope.sheet.follows = true;
    call.note("read", `Asks the cloud: ${quoted(says)}`);
  } else if (
    verb !== undefined &&
    /^(?:start|stop|reboot|restart|update|tag|untag|scale|resize|set-desired-capacity|modify)(?:$|-)/u.test(verb)
  )
    call.note("modify", `Changes the cloud: ${quoted(says)}`);
  else call.note("privilege", `May change rights, or run programs, in the cloud: ${quoted(says)}`);
  return undefined;
}

const CHANGES =
  /^(?:create|update|set|add|put|start|stop|reboot|restart|run|deploy|import|attach|associate|authorize|enable|disable|modify|tag|untag|resize|scale|reset|rotate|login|logout|apply|assign|grant|patch|move|copy|cp|mv|rsync|restore|promote|failover|swap|upgrade|install|register|ssh|scp|connect|invoke|send|publish|submit|execute|call|rollback|replace|clone|undelete|drain|suspend|resume|rolling-action|set-desired-capacity)(?:$|-)/u;
