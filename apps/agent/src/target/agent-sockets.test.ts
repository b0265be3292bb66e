import { expect, test } from "vitest";
import { readAgentSockets, socketsFor } from "./agent-sockets.ts";

test("a socket is every connection's, or that of the one it is named for", () => {
  const allowed = readAgentSockets("/run/a.sock:web-1=/run/b.sock:web 2=/run/c=d.sock")!;
  expect(socketsFor("web-1", allowed)).toEqual(["/run/a.sock", "/run/b.sock"]);
  expect(socketsFor("web 2", allowed)).toEqual(["/run/a.sock", "/run/c=d.sock"]);
  expect(socketsFor("web-10", allowed)).toEqual(["/run/a.sock"]);
  expect(readAgentSockets("")).toEqual([]);
});

test.each(["run/a.sock", "web-1=", "web-1=run/a.sock", "=/run/a.sock", "a=b=/run/a.sock"])("%s is none", (text) => {
  expect(readAgentSockets(text)).toBeUndefined();
});
