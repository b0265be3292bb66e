/** Stands in for the agent where only supervision is tested: answers, echoes on upgraded sockets, and dies when asked. */
import { createServer } from "node:http";

const server = createServer((request, response) => {
  if (request.url === "/api/v1/die") process.kill(process.pid, "SIGKILL");
  response.setHeader("Content-Type", "application/json");
  response.end(
    JSON.stringify({ from: "agent", pid: process.pid, url: request.url, headers: request.headers, env: Object.keys(process.env) }),
  );
});
server.on("upgrade", (_, socket) => {
  socket.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
  socket.pipe(socket);
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  if (process.argv[2] === "broken") throw new Error("the agent has a reason");
  process.send?.({ type: "ready", port: typeof address === "object" ? address?.port : 0 });
});
process.on("disconnect", () => process.exit(0));
// A child that does not want to go must not hold up the stop.
if (process.argv[2] === "stubborn") process.on("SIGTERM", () => {});
