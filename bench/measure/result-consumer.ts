/** The consumer of results, a process of its own: proposes texts, pulls the whole result over a room socket, counts rows. Spoken to over IPC. */
import type { Command, ServerMessage } from "@interlock/protocol";
import { RowSocket } from "./row-socket.ts";

export interface ConsumerOptions {
  socketUrl: string;
  origin: string;
  /** Base address of the agent's REST. */
  rest: string;
  token: string;
  roomId: string;
}

/** One text to run. */
export interface ConsumerTask {
  text: string;
  /** Milliseconds after the first rows at which it is cancelled over the socket. */
  cancelAfterMs?: number;
}

/** Times are of the monotonic clock that all processes of a machine share, in milliseconds. */
export interface Consumed {
  rows: number;
  proposed: number;
  /** The first rows were here. */
  first: number;
  /** The last rows were here. */
  last: number;
  cancelled: number;
  /** The final state was here. */
  ended: number;
  state: string;
}

const FINAL = new Set(["denied", "succeeded", "failed", "cancelled", "rolled_back", "unknown"]);
const now = (): number => Number(process.hrtime.bigint()) / 1e6;
const options = JSON.parse(process.argv[2] ?? "") as ConsumerOptions;

let onCommand: (command: Command) => void = () => {};
let onRows: (rows: number) => void = () => {};
const socket = new RowSocket(
  options.socketUrl,
  options.origin,
  (text) => {
    const message = JSON.parse(text) as ServerMessage;
    if (message.type === "command") onCommand(message.command);
  },
  ({ rows }) => onRows(rows),
);

async function consume({ text, cancelAfterMs }: ConsumerTask): Promise<Consumed> {
  const took: Consumed = { rows: 0, proposed: 0, first: 0, last: 0, cancelled: 0, ended: 0, state: "" };
  const done = Promise.withResolvers<void>();
  let expected: number | undefined;
  let commandId: string | undefined;
  const check = (): void => void (took.state !== "" && took.rows >= (expected ?? 0) && done.resolve());
  onRows = (rows) => {
    took.last = now();
    if (took.rows === 0) {
      took.first = took.last;
      if (cancelAfterMs !== undefined)
        setTimeout(() => {
          took.cancelled = now();
          socket.send({ type: "command.cancel", id: 1, commandId });
        }, cancelAfterMs);
    }
    took.rows += rows;
    check();
  };
  onCommand = ({ id, text: sent, execution, state }) => {
    if (sent !== text || (commandId !== undefined && commandId !== id)) return;
    const result = execution?.results[0];
    if (result !== undefined && commandId === undefined) {
      commandId = id;
      socket.send({ type: "result.pull", executionId: execution!.id, statement: 0, from: 0, count: 1_000_000 });
    }
    if (result?.done) expected = result.rows;
    if (!FINAL.has(state)) return;
    took.state = state;
    took.ended = now();
    // What ends without a result never sends rows.
    if (result === undefined) expected = 0;
    check();
  };
  took.proposed = now();
  const answer = await fetch(`${options.rest}/rooms/${options.roomId}/commands`, {
    method: "POST",
    headers: { authorization: `Bearer ${options.token}`, "content-type": "application/json" },
    body: JSON.stringify({ connection: "payments-db", text }),
  });
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
  await done.promise;
  return took;
}

process.on("message", (task: ConsumerTask) => {
  consume(task).then(
    (consumed) => process.send?.(consumed),
    (error: unknown) => process.send?.({ error: String(error) }),
  );
});
process.on("disconnect", () => process.exit());
await socket.opened.promise;
process.send?.("ready");
