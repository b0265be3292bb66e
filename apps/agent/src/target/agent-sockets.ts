/** A socket of an SSH agent, and the one connection that may use it; absent: every connection may that names it. */
export interface AllowedSocket {
  path: string;
  connection?: string;
}

/** `/path` or `NAME=/path`, by colons; undefined where any of them is something else. A name may hold neither of the two characters. */
export function readAgentSockets(text: string): AllowedSocket[] | undefined {
  const sockets: AllowedSocket[] = [];
  for (const part of text.split(":").filter(Boolean)) {
    const found = /^(?:([^=/][^=]*)=)?(\/.+)$/.exec(part);
    if (found === null) return undefined;
    sockets.push({ path: found[2]!, ...(found[1] === undefined ? {} : { connection: found[1] }) });
  }
  return sockets;
}

/** Those that a connection may use. */
export const socketsFor = (connection: string, allowed: readonly AllowedSocket[]): string[] =>
  allowed.filter((socket) => socket.connection === undefined || socket.connection === connection).map(({ path }) => path);
