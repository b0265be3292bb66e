import type { ServerResponse } from "node:http";
import type { Answer } from "./status.ts";

export function sendAnswer(response: ServerResponse, answer: Answer): void {
  const bytes = Buffer.from(`${JSON.stringify(answer.body)}\n`);
  if (answer.warnings !== undefined) response.setHeader("warning", answer.warnings);
  response.writeHead(answer.status, { "content-type": "application/json", "content-length": bytes.length });
  response.end(bytes);
}
