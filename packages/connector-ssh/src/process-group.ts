import type { Client } from "ssh2";
import { quoted } from "./quoting.ts";

/** What became of a process group: all of it ended, some of it would not, some of it is not ours to signal, or nobody knows. */
export type GroupEnd = "ended" | "left" | "others" | "unknown";

/** Looks at it before it is killed, and before it is given up: the first ones soon, each further one a tenth of a second later. */
const SOON = 5;
const TERM_LOOKS = SOON + 10;
const LOOKS = TERM_LOOKS + 8;

/**
 * Ends a process group by a session of its own on the same connection: TERM, then KILL. The protocol's own signal is not enough: many hosts take
 * none (OpenSSH for root), and none says what came of it.
 */
export async function endGroup(client: Client, group: number): Promise<GroupEnd> {
  const script = [
    // What a shell says of a signal that could not be sent tells whether there is nobody, or somebody else's.
    "LC_ALL=C; export LC_ALL",
    // In this form, not with -s and --, which the shell of BusyBox does not know.
    `p=-${group}; c=")"`,
    "kill -TERM $p 2>/dev/null",
    // Those that have ended and wait for their parent to hear of it (Z) take signals, too: where there is a /proc, it tells them apart.
    `runs() { for f in /proc/[0-9]*/stat; do read -r l <$f || continue; set -- \${l##*"$c "}; [ "$3" = ${group} ] && [ "$1" != Z ] && return 0; done 2>/dev/null; return 1; }`,
    "look() { is=unknown; if m=$(kill -0 $p 2>&1); then is=left; [ ! -r /proc/self/stat ] || runs || is=ended; else case $m in (*ermitted*) is=others;; (*o?such?process*) is=ended;; esac; fi; [ $is != ended ]; }",
    "n=0",
    `while look; do n=$((n+1)); [ $n -le ${TERM_LOOKS} ] || kill -KILL $p 2>/dev/null; [ $n -lt ${LOOKS} ] || break; t=0.1; [ $n -gt ${SOON} ] || t=0.01; sleep $t 2>/dev/null || sleep 1; done`,
    "echo $is",
  ].join("; ");
  return new Promise((resolve) => {
    client.exec(`exec /bin/sh -c ${quoted(script)}`, (error: Error | undefined, channel) => {
      // A connection that is gone, or a host that opens no second session: the outcome says that nobody knows.
      if (error) return resolve("unknown");
      let said = "";
      channel.on("data", (bytes: Buffer) => (said = (said + bytes.toString("latin1")).slice(0, 100)));
      channel.stderr.resume();
      channel.once("close", () => {
        const word = said.trim();
        resolve(word === "ended" || word === "left" || word === "others" ? word : "unknown");
      });
    });
  });
}

/** For people: what came of stopping it, and what may still run. */
export function wordsOfEnd(end: GroupEnd): string {
  const became = {
    ended: "Its process group was ended",
    left: "Its process group was sent TERM and KILL, and some of it is still there",
    others:
      "Its process group was sent TERM and KILL, but processes of other accounts in it (sudo) could not be signalled and may still run",
    unknown: "Its process group was sent TERM, and the host did not say what came of it: it may still run",
  }[end];
  return `${became}. What it had done stays done, and what it started outside its group (setsid, services) may still run.`;
}
