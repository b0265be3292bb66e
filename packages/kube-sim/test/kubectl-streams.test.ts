import { spawnSync } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { openPty } from "@interlock/pty";
import { beforeEach, describe, expect, test } from "vitest";
import { LOCAL_PROGRAMS } from "../src/streams/local-programs.ts";
import { type Bench, hasKubectl, withBench } from "./kubectl.ts";

const POD = `
apiVersion: v1
kind: Pod
metadata: { name: web, namespace: default }
spec:
  containers:
    - { name: app, image: "app:1" }
    - { name: bare, image: "gcr.io/distroless/static:1" }
    - { name: talk, image: "busybox:1", stdin: true, tty: true }
`;

const kubectl = spawnSync("which", ["kubectl"], { encoding: "utf8" }).stdout.trim();

describe.skipIf(!hasKubectl)("stock kubectl in the containers of pods", () => {
  const bench = withBench({ programs: LOCAL_PROGRAMS });
  beforeEach(() => {
    bench().sim.load(POD);
    bench().sim.settle();
  });

  test("exec: output, errors, input and its end, the exit code", async () => {
    const { run, out, fails } = bench();
    expect(await run(["exec", "web", "-c", "app", "--", "sh", "-c", "echo out; echo err >&2; exit 3"])).toEqual({
      code: 3,
      stdout: "out\n",
      stderr: "err\ncommand terminated with exit code 3\n",
    });
    // The end of the input can be told from v5 on alone.
    expect(await out("exec -i web -c app -- wc -c", "x".repeat(70_000))).toBe("70000\n");
    expect((await out(["exec", "web", "-c", "app", "--", "sh", "-c", "head -c 300000 /dev/zero"])).length).toBe(300_000);
    expect(await fails("exec web -c bare -- sh")).toMatch(/exec: "sh": executable file not found in \$PATH/);
    expect(await fails("exec web -c none -- sh")).toContain("container none is not valid for pod web");
    expect(await fails("exec none -- sh")).toContain('pods "none" not found');
  });

  test("exec, attach and debug with a terminal", async () => {
    const { screen, ended, type } = onTerminal(bench(), "exec -it web -c app -- sh");
    await type("stty size; echo in-$((1+1))\r", "in-2");
    expect(screen()).toContain("33 99");
    await type("exit 5\r", "exit code 5");
    expect(await ended).toEqual({ exitCode: 5 });

    const attached = onTerminal(bench(), "attach -it web -c talk");
    await attached.type("echo at-$((1+1))\r", "at-2", "enter");
    await attached.type("exit\r", "Session ended");
    await attached.ended;
    expect(await bench().out("get pod web --no-headers")).toMatch(/web +3\/3 +Running +1/);

    const debugging = onTerminal(bench(), "debug -it web --image=busybox:1 --target=app --profile=general -- sh");
    await debugging.type("echo de-$((1+1))\r", "de-2", "enter");
    await debugging.type("exit\r", "Session ended");
    await debugging.ended;
    const state = await bench().out([
      "get",
      "pod",
      "web",
      "-o",
      "jsonpath={.status.ephemeralContainerStatuses[0].state.terminated.reason}",
    ]);
    expect(state).toBe("Completed");
  });
});

/** kubectl on a terminal of 99 by 33, as people have it. */
function onTerminal(bench: Bench, line: string) {
  const pty = openPty({ argv: [kubectl, ...line.split(" ")], ...bench.place, columns: 99, rows: 33 });
  let text = "";
  pty.onData((bytes) => (text += Buffer.from(bytes).toString("utf8")));
  const sees = async (what: string): Promise<void> => {
    for (const end = Date.now() + 15_000; !text.includes(what); await sleep(10))
      if (Date.now() > end) throw new Error(`${what} was not shown, but ${text}`);
  };
  return {
    screen: () => text,
    ended: pty.ended,
    /** Types once something is shown, and waits for what comes of it. */
    type: async (keys: string, shown: string, once = "$ "): Promise<void> => {
      await sees(once);
      await pty.write(Buffer.from(keys));
      await sees(shown);
    },
  };
}
