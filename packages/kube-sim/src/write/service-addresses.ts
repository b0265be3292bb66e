import type { Cluster } from "../cluster.ts";
import type { Fields } from "../object.ts";

/** The next free address of 10.100.0.0/16, beginning after the cluster's own services. */
export function allocateAddress(cluster: Cluster): string {
  const taken = new Set(cluster.store.list("services").map((service) => service["spec"].clusterIP));
  for (let at = 0; at < 65_000; at++) {
    const place = 256 + ((cluster.random.next() + at) % 65_000);
    const address = `10.100.${place >> 8}.${place & 255}`;
    if (!taken.has(address) && (place & 255) !== 0 && (place & 255) !== 255) return address;
  }
  throw new Error("no address is left for a service");
}

/** The range of node ports a server has by default. */
const FIRST_PORT = 30_000;
const PORTS = 2768;

export function allocateNodePort(cluster: Cluster, own: readonly Fields[]): number {
  const taken = new Set<number>(
    [...cluster.store.list("services").flatMap((service) => service["spec"].ports ?? []), ...own].map((port) => port["nodePort"]),
  );
  for (let at = 0; at < PORTS; at++) {
    const port = FIRST_PORT + ((cluster.random.next() + at) % PORTS);
    if (!taken.has(port)) return port;
  }
  throw new Error("no node port is left");
}
