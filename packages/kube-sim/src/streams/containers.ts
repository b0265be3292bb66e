import type { Cluster } from "../cluster.ts";
import type { Fields, KubeObject } from "../object.ts";
import type { Programs, ProgramStart, RunningProgram } from "./programs.ts";

/** A container's own program, which several clients may have joined. */
export interface MainProgram {
  program: RunningProgram;
  /** Call what comes back to leave. */
  join(member: Member): () => void;
}

interface Member {
  output: (stream: 1 | 2, bytes: Uint8Array) => void;
  ended: () => void;
}

/** The programs of containers: all of one end with it, as in a real one. */
export class Containers {
  readonly #cluster: Cluster;
  readonly #programs: Programs;
  /** By uid of the pod and name of the container. */
  readonly #started = new Map<string, Set<RunningProgram>>();
  readonly #mains = new Map<string, MainProgram>();
  readonly #endings = new Map<string, Set<() => void>>();
  readonly #unsubscribe: () => void;

  constructor(cluster: Cluster, programs: Programs) {
    this.#cluster = cluster;
    this.#programs = programs;
    this.#unsubscribe = cluster.store.onChange(({ storage, type, object, previous }) => {
      if (storage !== "pods") return;
      for (const name of namesOf(object)) if (type === "DELETED" || hasEnded(previous, object, name)) this.#end(keyOf(object, name));
    });
  }

  get running(): number {
    return [...this.#started.values()].reduce((sum, programs) => sum + programs.size, 0);
  }

  start(start: ProgramStart): RunningProgram | "missing" {
    const program = this.#programs.start(start);
    if (program === "missing") return program;
    const key = keyOf(start.pod, String(start.container["name"]));
    const programs = this.#started.get(key) ?? new Set();
    programs.add(program);
    this.#started.set(key, programs);
    void program.ended.then(() => programs.delete(program));
    return program;
  }

  /** It is begun when the first client joins it; nobody could have seen before what it says. */
  main(pod: KubeObject, container: Fields): MainProgram | "missing" {
    const name = String(container["name"]);
    const key = keyOf(pod, name);
    const known = this.#mains.get(key);
    if (known !== undefined) return known;
    const own = [...(container["command"] ?? []), ...(container["args"] ?? [])] as string[];
    const program = this.start({ argv: own.length === 0 ? ["sh"] : own, tty: container["tty"] === true, stdin: true, pod, container });
    if (program === "missing") return program;
    const members = new Set<Member>();
    program.onOutput((stream, bytes) => {
      for (const member of members) member.output(stream, bytes);
    });
    const main: MainProgram = {
      program,
      join(member) {
        members.add(member);
        return () => members.delete(member);
      },
    };
    this.#mains.set(key, main);
    void program.ended.then((code) => {
      this.#mains.delete(key);
      for (const member of members) member.ended();
      this.#report(pod, name, code);
    });
    return main;
  }

  /** Told once when the container ends or its pod goes. */
  whenItEnds(pod: KubeObject, name: string, told: () => void): void {
    const key = keyOf(pod, name);
    const endings = this.#endings.get(key) ?? new Set();
    endings.add(told);
    this.#endings.set(key, endings);
  }

  async stop(): Promise<void> {
    this.#unsubscribe();
    const programs = [...this.#started.values()].flatMap((all) => [...all]);
    for (const program of programs) {
      program.kill();
      program.onOutput(() => undefined);
      program.resume();
    }
    await Promise.all(programs.map(({ ended }) => ended));
  }

  #end(key: string): void {
    for (const program of this.#started.get(key) ?? []) program.kill();
    for (const told of this.#endings.get(key) ?? []) told();
    this.#endings.delete(key);
  }

  /** As its kubelet does: an ephemeral container is over, another one begins again. */
  #report(pod: KubeObject, name: string, exitCode: number): void {
    const { namespace, uid } = pod.metadata;
    const now = this.#cluster.store.get("pods", namespace, pod.metadata.name);
    if (now === undefined || now.metadata.uid !== uid) return;
    const at = this.#cluster.now();
    const reason = exitCode === 0 ? "Completed" : "Error";
    const changed = (list: string): Fields[] | undefined =>
      (now["status"]?.[list] as Fields[] | undefined)?.map((status) => {
        if (status["name"] !== name || status["state"]?.running === undefined) return status;
        const terminated = { exitCode, reason, startedAt: status["state"].running.startedAt, finishedAt: at };
        return list === "ephemeralContainerStatuses"
          ? { ...status, state: { terminated } }
          : { ...status, restartCount: status["restartCount"] + 1, lastState: { terminated }, state: { running: { startedAt: at } } };
      });
    const lists = ["containerStatuses", "ephemeralContainerStatuses"].flatMap((list) => {
      const next = changed(list);
      return next === undefined ? [] : [[list, next] as const];
    });
    this.#cluster.store.put("pods", { ...now, status: { ...now["status"], ...Object.fromEntries(lists) } });
  }
}

const keyOf = (pod: KubeObject, name: string): string => `${pod.metadata.uid}/${name}`;

const namesOf = (pod: KubeObject): string[] =>
  ["containers", "ephemeralContainers"].flatMap((list) => ((pod["spec"][list] ?? []) as Fields[]).map((one) => String(one["name"])));

function hasEnded(before: KubeObject | undefined, now: KubeObject, name: string): boolean {
  const status = (pod: KubeObject | undefined): Fields | undefined =>
    ["containerStatuses", "ephemeralContainerStatuses"]
      .flatMap((list): Fields[] => pod?.["status"]?.[list] ?? [])
      .find((one) => one["name"] === name);
  const was = status(before);
  const is = status(now);
  if (was?.["state"]?.running === undefined) return false;
  return is?.["state"]?.running === undefined || is["restartCount"] > was["restartCount"];
}
