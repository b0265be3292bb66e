import type { KubeObject } from "../object.ts";
import type { KubeSim } from "../sim.ts";

/** Mean time between two lines of the whole namespace, in milliseconds. */
const EVERY_MS = 120;
/** Lines each app has written when the demo begins, one a second. */
const BEFORE = 60;

/** What the apps of the story write: after the deploy the checkout runs into its database's limit, and everybody behind it sees 5xx. */
const SAYS: Readonly<Record<string, readonly ((n: number) => string)[]>> = {
  checkout: [
    (n) => `level=info msg="charge accepted" order=${70_000 + n} amount=${(n % 190) + 9}.90 EUR took=${20 + (n % 60)}ms`,
    (n) => `level=error msg="charge failed" order=${70_000 + n} error="pq: remaining connection slots are reserved" took=5002ms`,
    (n) => `level=info msg="receipt sent" order=${70_000 + n} to=customer${n % 900}@example.com`,
    (n) => `level=warn msg="connection pool exhausted" in_use=20 waiting=${3 + (n % 40)}`,
  ],
  api: [
    (n) => `10.0.${n % 64}.${(n * 7) % 250} "POST /v1/charges HTTP/1.1" ${n % 3 === 0 ? 502 : 201} ${n % 3 === 0 ? 5004 : 40 + (n % 90)}ms`,
    (n) => `10.0.${n % 64}.${(n * 11) % 250} "GET /v1/orders/${70_000 + n} HTTP/1.1" 200 ${6 + (n % 20)}ms`,
  ],
  "": [(n) => `level=info msg="tick" queue=${n % 17} lag=${n % 9}s`, (n) => `level=debug msg="heartbeat" seq=${n}`],
};

/** Lets the demo's pods write, so that following their logs shows something. Ends when `signal` aborts; keeps no process alive. */
export function startChatter(sim: KubeSim, namespace: string, signal: AbortSignal): void {
  let n = 0;
  const say = (pod: KubeObject): void => {
    const [container] = pod["spec"].containers as { name: string }[];
    if (container === undefined) return;
    n++;
    const lines = SAYS[pod.metadata.labels?.["app"] ?? ""] ?? SAYS[""]!;
    sim.log(pod, container.name, lines[(n * 7 + (n >> 3)) % lines.length]!(n));
  };
  const running = (): KubeObject[] =>
    sim.objects("pods").filter(({ metadata, status }) => metadata.namespace === namespace && status?.["phase"] === "Running");
  for (const pod of running()) for (let line = 0; line < BEFORE; line++) say(pod);
  let turn = 0;
  const timer = setInterval(() => {
    const pods = running();
    // Apps that matter to the story write more than the others.
    const loud = pods.filter(({ metadata }) => SAYS[metadata.labels?.["app"] ?? ""] !== undefined);
    const from = turn % 3 === 0 || loud.length === 0 ? pods : loud;
    const pod = from[(turn++ * 5) % Math.max(1, from.length)];
    if (pod !== undefined) say(pod);
  }, EVERY_MS);
  timer.unref();
  signal.addEventListener("abort", () => clearInterval(timer), { once: true });
}
