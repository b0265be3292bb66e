import { env, stderr } from "node:process";
import { findKubectl, KUBECTL_MISSING } from "./kubectl/run.ts";
import { HOST_FOLDERS } from "./host-program.ts";

/** kubectl for the tests of `what`. Where there is none, one line says that they were not run and how to install it. */
export async function kubectlFor(what: string): Promise<string | undefined> {
  const configured = env["INTERLOCK_KUBECTL"];
  const program = await findKubectl({ path: HOST_FOLDERS, ...(configured === undefined ? {} : { configured }) });
  if (program === undefined) stderr.write(`NOT RUN: ${what}. ${KUBECTL_MISSING}\n`);
  return program;
}

/** A namespace with two pods of one Deployment in it. */
export const WEB_SHOP = `
apiVersion: v1
kind: Namespace
metadata: { name: shop }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec:
  replicas: 2
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: web, image: "web:1" }] }
`;
