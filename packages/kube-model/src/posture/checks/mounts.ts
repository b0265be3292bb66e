import { isRecord, type Json } from "../../json.ts";
import type { Check } from "../check.ts";
import { containerCheck, draft, objectCheck, podCheck } from "../rules.ts";
import type { ContainerAt, Workload } from "../workload.ts";

const RUNTIME_SOCKETS =
  /(^|\/)(docker|dockershim|containerd|crio|cri-dockerd|podman)\.sock$|^\/(var\/)?run\/(containerd|crio|docker|podman)\/?$/;

/** Folders of a node from which it is taken over, or from which every secret on it is read. */
const SENSITIVE = [
  "/",
  "/boot",
  "/dev",
  "/etc",
  "/home",
  "/lib",
  "/proc",
  "/root",
  "/run",
  "/sys",
  "/usr",
  "/var",
  "/var/lib",
  "/var/lib/kubelet",
  "/var/lib/etcd",
  "/var/run",
  "/var/lib/docker",
  "/var/lib/containerd",
];

interface HostPath {
  name: string;
  path: string;
  index: number;
}

function hostPaths({ spec }: Workload): HostPath[] {
  const volumes: Json = spec["volumes"];
  if (!Array.isArray(volumes)) return [];
  return volumes.flatMap((volume, index) => {
    const path: Json = volume?.["hostPath"]?.path;
    return typeof path === "string" ? [{ name: String(volume["name"]), path: path.replace(/(?<=.)\/+$/, ""), index }] : [];
  });
}

const isSensitive = (path: string): boolean =>
  SENSITIVE.includes(path) || /^\/(etc|proc|root|var\/lib\/kubelet|var\/lib\/etcd)\//.test(path);

function mountedWritable({ spec }: Workload, volume: string): boolean {
  return ["initContainers", "containers"].some((list) => {
    const items: Json = spec[list];
    return (
      Array.isArray(items) &&
      items.some(
        (item) =>
          Array.isArray(item?.["volumeMounts"]) &&
          item["volumeMounts"].some((mount: Json) => mount?.["name"] === volume && mount["readOnly"] !== true),
      )
    );
  });
}

const place = ({ podPath }: Workload, { index }: HostPath) => ({ path: [...podPath, "volumes", index, "hostPath", "path"] });

/** Volumes that the restricted level of the Pod Security Standards admits; of hostPath others speak here, and an image is read only. */
const RESTRICTED_VOLUMES = new Set(
  "configMap csi downwardAPI emptyDir ephemeral persistentVolumeClaim projected secret hostPath image".split(" "),
);

const PROBES = [["livenessProbe"], ["readinessProbe"], ["startupProbe"], ["lifecycle", "postStart"], ["lifecycle", "preStop"]];

/** Where probes and hooks name a host, which the baseline of the Pod Security Standards leaves out. */
function hostsOfProbes({ container }: ContainerAt): string[][] {
  const paths = PROBES.flatMap((probe) => ["httpGet", "tcpSocket"].map((how) => [...probe, how, "host"]));
  return paths.filter((path) => {
    const host = path.reduce<Json>((value, field) => (isRecord(value) ? value[field] : undefined), container);
    return typeof host === "string" && host !== "";
  });
}

/** What of a node is put into a pod. */
export const MOUNTS: readonly Check[] = [
  podCheck({
    id: "runtime-socket",
    title: "The container runtime's socket",
    severity: "critical",
    area: "workload",
    why: "Who can write to the runtime's socket starts any container on the node, privileged ones too: it is root on the node.",
    bad: (workload) =>
      hostPaths(workload)
        .filter(({ path }) => RUNTIME_SOCKETS.test(path))
        .map((one) => place(workload, one)),
    says: "Its pods hold the socket of the node's container runtime.",
    decision: "What is it for? Images are built without it (BuildKit rootless, Kaniko), and pods are seen by the API.",
  }),
  podCheck({
    id: "sensitive-host-path",
    title: "Folders from which a node is taken over, writable",
    severity: "critical",
    area: "workload",
    why: "Who writes to /etc, to the kubelet's folder or to the root of a node has the node, its credentials and every Secret on it.",
    bad: (workload) =>
      hostPaths(workload)
        .filter(({ path, name }) => isSensitive(path) && !RUNTIME_SOCKETS.test(path) && mountedWritable(workload, name))
        .map((one) => place(workload, one)),
    says: "Its pods can write to folders from which their node is taken over.",
    decision: "What does it write there? Narrow the path to it, or mount it readOnly.",
  }),
  podCheck({
    id: "host-path",
    title: "Folders of the node",
    severity: "high",
    area: "workload",
    why: "A hostPath volume reaches the node's files, and ties what is stored to one node.",
    bad: (workload) =>
      hostPaths(workload)
        .filter(({ path, name }) => !RUNTIME_SOCKETS.test(path) && !(isSensitive(path) && mountedWritable(workload, name)))
        .map((one) => place(workload, one)),
    says: "Its pods use folders of their node.",
    decision: "Does it need the node's files, or only a place to write? An emptyDir is the latter.",
    patch: (workload) => ({ volumes: hostPaths(workload).map(({ name }) => ({ name, hostPath: null, emptyDir: {} })) }),
    undecided: true,
  }),
  objectCheck({
    id: "host-path-volume",
    title: "Volumes of the node's files",
    severity: "medium",
    area: "workload",
    why: "Whoever may claim it has that folder of a node, past the rules that keep hostPath out of pods, and its data stays behind when the pod moves.",
    kinds: ["/PersistentVolume"],
    find(source) {
      const path: Json = source.object["spec"]?.hostPath?.path;
      if (typeof path !== "string") return undefined;
      const decision = "Which storage keeps the data? A volume of a CSI driver follows its pod, one of the type local says its node.";
      return draft(source, `It is the folder ${path} of a node.`, [{ path: ["spec", "hostPath", "path"] }], { lines: [], decision });
    },
  }),
  podCheck({
    id: "volume-types",
    title: "Volumes mounted from elsewhere",
    severity: "low",
    area: "workload",
    why: "Who writes a pod chooses server and path of such a volume, and its node mounts it: a claim lets those who keep the storage decide.",
    bad: ({ spec, podPath }) => {
      const volumes: Json = spec["volumes"];
      if (!Array.isArray(volumes)) return [];
      return volumes.flatMap((volume: Json, index) => {
        const type = Object.keys(isRecord(volume) ? volume : {}).find((field) => field !== "name" && !RESTRICTED_VOLUMES.has(field));
        return type === undefined ? [] : [{ path: [...podPath, "volumes", index, type] }];
      });
    },
    says: "Its pods mount volumes of types that the restricted Pod Security Standard leaves out.",
    decision: "Who keeps that storage? A PersistentVolume of it, and a claim in the pod, say the same without the pod's naming a server.",
  }),
  containerCheck({
    id: "probe-host",
    title: "Probes that ask elsewhere",
    severity: "medium",
    area: "workload",
    why: "The kubelet connects to whatever host a probe or a hook names, from the node: what policies close to the pod is reached, and found out, that way.",
    bad: (at) => {
      const [path] = hostsOfProbes(at);
      return path === undefined ? undefined : { path: [...at.path, ...path] };
    },
    says: (one) => `${one ? "has" : "have"} a probe or a hook that names a host`,
    patch: (at) => {
      const patch: Record<string, Json> = {};
      for (const path of hostsOfProbes(at)) {
        const parent = path
          .slice(0, -1)
          .reduce<Record<string, Json>>((inner, field) => (inner[field] ??= {}) as Record<string, Json>, patch);
        parent["host"] = null;
      }
      return patch;
    },
    decision: "Without it the pod's own address is asked: is that where the program listens?",
  }),
  containerCheck({
    id: "host-port",
    title: "Ports of the node",
    severity: "medium",
    area: "workload",
    why: "A hostPort is open on the node's address past Services and, with many networks, past NetworkPolicies; and two such pods cannot share a node.",
    bad: (at) => {
      const ports: Json = at.container["ports"];
      const index = Array.isArray(ports) ? ports.findIndex((port) => Number(port?.["hostPort"] ?? 0) > 0) : -1;
      // The server writes the port of a pod in the node's network there by itself.
      return index === -1 || at.workload.spec["hostNetwork"] === true ? undefined : { path: [...at.path, "ports", index, "hostPort"] };
    },
    says: (one) => `${one ? "opens" : "open"} a port of the node`,
    patch: ({ container }) => ({
      ports: (container["ports"] as Json[])
        .filter((port) => Number(port?.["hostPort"] ?? 0) > 0)
        .map((port) => ({
          containerPort: port["containerPort"],
          ...(port["protocol"] ? { protocol: port["protocol"] } : {}),
          hostPort: null,
        })),
    }),
    decision: "Who reaches it by the node's address? They need a Service first.",
  }),
  containerCheck({
    id: "ssh-port",
    title: "SSH in a container",
    severity: "medium",
    area: "workload",
    why: "A shell server in a pod is a way in past the API: no RBAC judges it and no audit log has it.",
    bad: (at) => {
      const ports: Json = at.container["ports"];
      const index = Array.isArray(ports) ? ports.findIndex((port) => port?.["containerPort"] === 22) : -1;
      return index === -1 ? undefined : { path: [...at.path, "ports", index, "containerPort"] };
    },
    says: (one) => `${one ? "listens" : "listen"} on port 22`,
    decision: "Who needs a shell there? kubectl exec asks RBAC and is logged; a bastion belongs in a namespace of its own.",
  }),
  podCheck({
    id: "host-aliases",
    title: "Entries in /etc/hosts",
    severity: "low",
    area: "workload",
    why: "hostAliases send names elsewhere past DNS: certificates and policies by name are met by another address.",
    bad: ({ spec, podPath }) =>
      Array.isArray(spec["hostAliases"]) && spec["hostAliases"].length > 0 ? { path: [...podPath, "hostAliases"] } : undefined,
    says: "Its pods have entries of their own in /etc/hosts.",
    decision: "Which of them does DNS not know? Put those into DNS, or into a Service of type ExternalName.",
  }),
];
