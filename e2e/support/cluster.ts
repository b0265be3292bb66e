import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { request } from "node:https";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";
import type { Service } from "./service.ts";

interface Kubeconfig {
  clusters: { cluster: { server: string; "certificate-authority-data": string } }[];
  users: { user: { token: string } }[];
}

/** Where its administrator's way in to the demo's cluster is kept. */
const kubeconfigOf = ({ home }: Service): string => join(home, "demo-cluster.kubeconfig");

/** Runs kubectl on the demo's cluster beside Interlock, as its administrator; resolves with what it printed. */
export async function runKubectl(program: string, service: Service, ...args: string[]): Promise<string> {
  return (await promisify(execFile)(program, ["--kubeconfig", kubeconfigOf(service), ...args])).stdout;
}

/** Asks the demo's cluster beside Interlock, as its administrator. */
export async function askCluster<Body>(service: Service, path: string): Promise<{ status: number; body: Body }> {
  const { clusters, users } = JSON.parse(await readFile(kubeconfigOf(service), "utf8")) as Kubeconfig;
  const { server, "certificate-authority-data": authority } = clusters[0]!.cluster;
  const options = { ca: Buffer.from(authority, "base64"), headers: { authorization: `Bearer ${users[0]!.user.token}` }, agent: false };
  return new Promise((resolve, reject) => {
    request(`${server}${path}`, options, (response) => {
      text(response).then((body) => resolve({ status: response.statusCode!, body: JSON.parse(body) as Body }), reject);
    })
      .once("error", reject)
      .end();
  });
}
