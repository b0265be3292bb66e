import type { Call } from "../call.ts";
import { scan } from "../options.ts";
import type { Program } from "../program.ts";

/**
 * `docker exec CONTAINER CMD`, `kubectl exec POD -- CMD`: the command is judged as one on the host; that it runs in a container is told.
 * With a terminal and a shell nothing of what follows is judged.
 */
export function execInto(call: Call): Program | undefined {
  const dashes = call.args.findIndex((arg) => arg.text === "--");
  const isKubectl = !/^(?:docker|podman|nerdctl|crictl)/u.test(call.name);
  const scanned = scan(isKubectl && dashes >= 0 ? call.args.slice(0, dashes) : call.args, {
    safe: "i t d T s q e: u: w: c: n: l --interactive --tty --detach --env= --user= --workdir= --privileged --index= --container= --namespace= --stdin --quiet --context= --request-timeout= --pod-running-timeout= --timeout= --no-TTY --sync --detach-keys= --env-file= --latest --preserve-fds= --kubeconfig= --as=",
    opaque: "f: --filename=",
    ...(isKubectl && dashes >= 0 ? {} : { first: true as const }),
  });
  for (const at of scanned.unlisted) call.unclear(`What ${at.shown} does to ${call.name} is not known`, at);
  if (scanned.given.some((given) => given.meaning === "opaque")) call.unclear("Which pod it is stands in a file");
  if (scanned.given.some((given) => given.name === "t" || given.name === "--tty")) call.scope.sheet.needsTty ??= call.name;
  const [target, ...rest] = scanned.operands;
  let command = isKubectl && dashes >= 0 ? call.args.slice(dashes + 1) : rest;
  if (command[0]?.text === "--") command = command.slice(1);
  if (target) call.object("read", target, "name");
  if (command.length === 0) {
    call.unclear(`${call.name} names no command`);
    return undefined;
  }
  call.note("read", `Runs a command in ${target?.shown ?? "a container"}`, target);
  if (command[0]!.mayBeOption) call.unclear("Which command runs is only known then", command[0]);
  call.run(command.map((arg, i) => (i === 0 ? { ...arg, bare: false } : arg)));
  return undefined;
}
