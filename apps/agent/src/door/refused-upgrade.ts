import { STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { problem, type ErrorCode } from "@interlock/protocol";

/** Answers an upgrade with a problem document instead of a socket. */
export function refuseUpgrade(stream: Duplex, code: ErrorCode, detail?: string): void {
  const document = problem(code, detail);
  const body = JSON.stringify(document);
  const lines = [
    `HTTP/1.1 ${document.status} ${STATUS_CODES[document.status] ?? "Refused"}`,
    "Content-Type: application/problem+json",
    `Content-Length: ${Buffer.byteLength(body)}`,
    "Cache-Control: no-store",
    "Connection: close",
  ];
  stream.end(`${lines.join("\r\n")}\r\n\r\n${body}`);
}
