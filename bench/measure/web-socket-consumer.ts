/** A browser's stand-in in a process of its own: counts the frames it gets over a WebSocket and says so when the last one came. */
import { readResultHeader } from "@interlock/protocol";
import WebSocket from "ws";

const socket = new WebSocket(process.argv[2]!, { perMessageDeflate: false });
let rows = 0;
socket.binaryType = "nodebuffer";
socket.on("message", (data: Buffer, binary: boolean) => {
  if (binary) {
    if (rows === 0) process.send!({ first: Date.now() });
    rows += readResultHeader(data)!.rows;
  } else if (data.toString() === "end") {
    process.send!({ rows });
    rows = 0;
  }
});
socket.on("open", () => process.send!({ ready: true }));
socket.on("close", () => process.disconnect());
