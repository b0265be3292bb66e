/** Sends every WebSocket message straight back; run as a child, it tells its port over IPC and ends with its parent. */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { WebSocketServer } from "ws";

const server = new WebSocketServer({ host: "127.0.0.1", port: 0, perMessageDeflate: false });
server.on("connection", (socket) => socket.on("message", (data, binary) => socket.send(data, { binary })));
await once(server, "listening");
process.once("disconnect", () => process.exit(0));
process.send!((server.address() as AddressInfo).port);
