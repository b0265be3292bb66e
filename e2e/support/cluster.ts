import { readFile } from "node:fs/promises";
import { request } from "node:https";
import { join } from "node:path";
import { stderr } from "node:process";
import { text } from "node:stream/consumers";
import { findKubectl, KUBECTL_FOLDERS, KUBECTL_MISSING } from "@interlock/connector-kubernetes";
import type { Service } from "./service.ts";

/** Whether there is a kubectl; says so in one line, naming what is not run, where there is none. */
export async function haveKubectl(what: string): Promise<boolean> {
  if ((await findKubectl({ path: KUBECTL_FOLDERS })) !== undefined) return true;
  stderr.write(`NOT RUN: ${what}. ${KUBECTL_MISSING}\n`);
  return false;
}

interface Kubeconfig {
  clusters: { cluster: { server: string; "certificate-authority-data": string } }[];
  users: { user: { token: string } }[];
}

/** Asks the demo's cluster beside Interlock, as its administrator. */
export async function askCluster<Body>(service: Service, path: string): Promise<{ status: number; body: Body }> {
  const { clusters, users } = JSON.parse(await readFile(join(service.home, "demo-cluster.kubeconfig"), "utf8")) as Kubeconfig;
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
