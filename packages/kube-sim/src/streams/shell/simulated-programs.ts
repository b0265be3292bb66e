import type { Fields } from "../../object.ts";
import type { Programs, ProgramStart, RunningProgram } from "../programs.ts";
import { COMMANDS } from "./commands.ts";
import { SimulatedShell } from "./simulated-shell.ts";

const BARE = /distroless|scratch/;
/** Processes of a container are few, and begin with its own. */
const OWN = 1;

interface Container {
  files: Map<string, string>;
  running: Map<number, { words: string; shell: SimulatedShell }>;
  next: number;
}

/**
 * Programs of simulated containers: a small sh with some commands that look at nothing but the container. For the demo, where a shell in a pod
 * must not be one on the machine.
 */
export function simulatedPrograms(clock: () => Date = () => new Date()): Programs {
  const containers = new Map<string, Container>();
  return {
    start(start: ProgramStart): RunningProgram | "missing" {
      const { argv, pod, container } = start;
      const name = argv[0]?.split("/").at(-1) ?? "";
      if (BARE.test(String(container["image"])) || !(name === "sh" || Object.hasOwn(COMMANDS, name))) return "missing";
      const key = `${pod.metadata.uid}/${container["name"]}`;
      const known = containers.get(key) ?? {
        files: filesOf(start),
        running: new Map<number, { words: string; shell: SimulatedShell }>(),
        next: 7,
      };
      containers.set(key, known);
      const pid = known.next++;
      const shell = new SimulatedShell({ ...start, argv: [name, ...argv.slice(1)] }, pid, {
        variables: variablesOf(start),
        files: known.files,
        folder: "/",
        user: pod["spec"].securityContext?.runAsNonRoot === true ? "app" : "root",
        now: clock,
        processes: () => [{ pid: OWN, words: ownWords(container) }, ...[...known.running].map(([id, { words }]) => ({ pid: id, words }))],
        signal(id, signal) {
          const found = known.running.get(id);
          if (found === undefined) return id === OWN;
          if (signal !== "0") found.shell.signal(signal);
          return true;
        },
      });
      known.running.set(pid, { words: argv.slice(0, 1).join(" "), shell });
      void shell.ended.then(() => known.running.delete(pid));
      return shell;
    },
  };
}

const ownWords = (container: Fields): string =>
  [...(container["command"] ?? []), ...(container["args"] ?? [])].join(" ") || `/app/${String(container["name"])}`;

function variablesOf({ pod, container }: ProgramStart): Map<string, string> {
  const own = ((container["env"] ?? []) as { name: string; value?: string }[]).flatMap(({ name, value }): [string, string][] =>
    value === undefined ? [] : [[name, value]],
  );
  return new Map([
    ["PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
    ["HOSTNAME", pod.metadata.name],
    ["HOME", "/"],
    ["TERM", "xterm"],
    ["KUBERNETES_SERVICE_HOST", "172.20.0.1"],
    ["KUBERNETES_SERVICE_PORT", "443"],
    ...own,
  ]);
}

function filesOf({ pod, container }: ProgramStart): Map<string, string> {
  const { name, namespace = "" } = pod.metadata;
  const address = String(pod["status"]?.podIP ?? "127.0.0.1");
  const command = Object.keys(COMMANDS).map((one): [string, string] => [`/bin/${one}`, ""]);
  return new Map([
    ...command,
    ["/bin/sh", ""],
    ["/etc/hostname", `${name}\n`],
    ["/etc/hosts", `127.0.0.1\tlocalhost\n${address}\t${name}\n`],
    [
      "/etc/resolv.conf",
      `search ${namespace}.svc.cluster.local svc.cluster.local cluster.local\nnameserver 172.20.0.10\noptions ndots:5\n`,
    ],
    ["/etc/os-release", 'NAME="A simulated container"\n'],
    [`/app/${String(container["name"])}`, ""],
    ["/tmp/.keep", ""],
    ["/var/run/secrets/kubernetes.io/serviceaccount/namespace", namespace],
  ]);
}
