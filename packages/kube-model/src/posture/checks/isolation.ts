import { isRecord, type Json } from "../../json.ts";
import type { Check } from "../check.ts";
import { containerCheck, podCheck } from "../rules.ts";
import { containersOf, effective, isWindows, type ContainerAt, type Workload } from "../workload.ts";

/** Capabilities that the baseline of the Pod Security Standards lets a container add: those that runtimes give anyway. */
const BASELINE_CAPABILITIES = new Set(
  "AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE SETFCAP SETGID SETPCAP SETUID SYS_CHROOT".split(" "),
);

const capabilities = ({ container }: ContainerAt, which: "add" | "drop"): string[] => {
  const list: Json = container["securityContext"]?.capabilities?.[which];
  return Array.isArray(list) ? list.map((one) => String(one).replace(/^CAP_/i, "").toUpperCase()) : [];
};

const host = (field: "hostPID" | "hostIPC" | "hostNetwork") => (workload: Workload) =>
  workload.spec[field] === true ? { path: [...workload.podPath, field] } : undefined;

const own = (at: ContainerAt, ...path: string[]) => ({ path: [...at.path, "securityContext", ...path] });

/** What separates a container from its node. */
export const ISOLATION: readonly Check[] = [
  containerCheck({
    id: "privileged",
    title: "Privileged containers",
    severity: "critical",
    area: "workload",
    why: "A privileged container has every device and capability of its node: whoever gets into it has the node, and what every pod on it holds.",
    bad: (at) => (at.container["securityContext"]?.privileged === true ? own(at, "privileged") : undefined),
    says: (one) => (one ? "is privileged" : "are privileged"),
    patch: () => ({ securityContext: { privileged: false } }),
  }),
  containerCheck({
    id: "privilege-escalation",
    title: "Privilege escalation is not ruled out",
    severity: "medium",
    area: "workload",
    why: "Without allowPrivilegeEscalation: false a process can gain more rights than its parent by a setuid program in the image.",
    bad: (at) =>
      !isWindows(at.workload) && at.container["securityContext"]?.allowPrivilegeEscalation !== false
        ? own(at, "allowPrivilegeEscalation")
        : undefined,
    says: (one) => `${one ? "does" : "do"} not rule out privilege escalation`,
    // The server refuses a container that is privileged and may not escalate.
    patch: ({ container }) => ({
      securityContext: {
        allowPrivilegeEscalation: false,
        ...(container["securityContext"]?.privileged === true ? { privileged: false } : {}),
      },
    }),
  }),
  containerCheck({
    id: "run-as-root",
    title: "Containers that run as root by their own word",
    severity: "high",
    area: "workload",
    why: "User 0 in a container is user 0 of the node wherever a mount, a socket or a fault of the runtime lets it out.",
    bad: (at) => {
      const { value, path } = effective(at, "runAsUser");
      return value === 0 ? { path } : undefined;
    },
    says: (one) => `${one ? "runs" : "run"} as user 0`,
    decision: "Which user does the image work as? Give it one above 0 and see that the files it writes belong to it.",
    patch: () => ({ securityContext: { runAsUser: 10_001, runAsNonRoot: true } }),
    undecided: true,
  }),
  containerCheck({
    id: "run-as-non-root",
    title: "Root is not ruled out",
    severity: "medium",
    area: "workload",
    why: "Without runAsNonRoot the image decides, and most images run as root unless somebody thought of it.",
    bad: (at) => {
      const nonRoot = effective(at, "runAsNonRoot");
      const user = effective(at, "runAsUser").value;
      if (isWindows(at.workload) || nonRoot.value === true || (typeof user === "number" && user > 0)) return undefined;
      return { path: nonRoot.path };
    },
    says: (one) => `${one ? "does" : "do"} not rule out running as root`,
    decision: "A container whose image runs as root will not start with this: see that its image names another user.",
    patch: () => ({ securityContext: { runAsNonRoot: true } }),
  }),
  podCheck({
    id: "root-group",
    title: "Root's group",
    severity: "low",
    area: "workload",
    why: "Group 0 owns many files of a node and of images; files of others become readable by it.",
    bad: (workload) => {
      const { spec, podPath } = workload;
      const more: Json = spec["securityContext"]?.supplementalGroups;
      return [
        ...["runAsGroup", "fsGroup"]
          .filter((field) => spec["securityContext"]?.[field] === 0)
          .map((field) => ({ path: [...podPath, "securityContext", field] })),
        ...(Array.isArray(more) && more.includes(0) ? [{ path: [...podPath, "securityContext", "supplementalGroups"] }] : []),
        ...containersOf(workload)
          .filter(({ container }) => container["securityContext"]?.runAsGroup === 0)
          .map((at) => own(at, "runAsGroup")),
      ];
    },
    says: "Its pods work as group 0.",
    decision: "Which group do its files belong to? Give it one above 0.",
  }),
  containerCheck({
    id: "capabilities-added",
    title: "Capabilities beyond the baseline",
    severity: "high",
    area: "workload",
    why: "Capabilities such as SYS_ADMIN or NET_ADMIN are parts of root's rights on the node; the Pod Security Standards name those that are harmless.",
    bad: (at) => (capabilities(at, "add").some((one) => !BASELINE_CAPABILITIES.has(one)) ? own(at, "capabilities", "add") : undefined),
    says: (one) => `${one ? "adds" : "add"} capabilities beyond the baseline`,
    decision: "What needs them? Most programs work without, and some need only a narrower one.",
    patch: (at) => ({
      securityContext: { capabilities: { add: capabilities(at, "add").filter((one) => BASELINE_CAPABILITIES.has(one)) } },
    }),
    undecided: true,
  }),
  containerCheck({
    id: "capabilities-kept",
    title: "Capabilities that are not dropped",
    severity: "low",
    area: "workload",
    why: "Runtimes give a container some fourteen capabilities, NET_RAW among them, with which it can forge packets; few programs use any.",
    bad: (at) => (isWindows(at.workload) || capabilities(at, "drop").includes("ALL") ? undefined : own(at, "capabilities", "drop")),
    says: (one) => `${one ? "does" : "do"} not drop ALL capabilities`,
    patch: () => ({ securityContext: { capabilities: { drop: ["ALL"] } } }),
    decision: "A program that opens a port below 1024 as another user needs NET_BIND_SERVICE added.",
  }),
  podCheck({
    id: "host-pid",
    title: "The node's processes",
    severity: "high",
    area: "workload",
    why: "With hostPID a container sees every process of the node, reads their environments and, as root, signals and enters them.",
    bad: host("hostPID"),
    says: "Its pods share the process namespace of their node.",
    patch: () => ({ hostPID: false }),
  }),
  podCheck({
    id: "host-ipc",
    title: "The node's shared memory",
    severity: "high",
    area: "workload",
    why: "With hostIPC a container reads and writes shared memory of programs on the node.",
    bad: host("hostIPC"),
    says: "Its pods share the IPC namespace of their node.",
    patch: () => ({ hostIPC: false }),
  }),
  podCheck({
    id: "host-network",
    title: "The node's network",
    severity: "high",
    area: "workload",
    why: "With hostNetwork a pod listens on the node's addresses, reaches what only the node may (its metadata service, the kubelet), and no NetworkPolicy holds for it.",
    bad: host("hostNetwork"),
    says: "Its pods use the network of their node.",
    patch: () => ({ hostNetwork: false }),
    decision: "What needs the node's network? Others reach it by its ports there.",
    undecided: true,
  }),
  containerCheck({
    id: "windows-host-process",
    title: "Windows host processes",
    severity: "critical",
    area: "workload",
    why: "A HostProcess container runs on the Windows node itself, with whatever its user may do there.",
    bad: (at) => {
      const { value, path } = effective(at, "windowsOptions");
      return value?.["hostProcess"] === true ? { path: [...path, "hostProcess"] } : undefined;
    },
    says: (one) => `${one ? "runs" : "run"} on the node itself (HostProcess)`,
    decision: "Does it administer the node? Then keep it in a namespace of its own, with the rights of few; else run it as a container.",
  }),
  podCheck({
    id: "shared-processes",
    title: "Containers that see each other's processes",
    severity: "low",
    area: "workload",
    why: "With shareProcessNamespace each container reads the others' environments and files by /proc, secrets among them.",
    bad: ({ spec, podPath }) => (spec["shareProcessNamespace"] === true ? { path: [...podPath, "shareProcessNamespace"] } : undefined),
    says: "Its containers share one process namespace.",
    patch: () => ({ shareProcessNamespace: false }),
  }),
  containerCheck({
    id: "writable-root-filesystem",
    title: "A root file system that can be written",
    severity: "low",
    area: "workload",
    why: "Who gets into a container whose image is read-only cannot change its programs or leave tools behind.",
    bad: (at) =>
      isWindows(at.workload) || at.container["securityContext"]?.readOnlyRootFilesystem === true
        ? undefined
        : own(at, "readOnlyRootFilesystem"),
    says: (one) => `${one ? "can" : "can"} write to ${one ? "its" : "their"} own image`,
    patch: () => ({ securityContext: { readOnlyRootFilesystem: true } }),
    decision: "Folders that it writes to (/tmp, caches) need an emptyDir volume each.",
  }),
  containerCheck({
    id: "proc-unmasked",
    title: "An unmasked /proc",
    severity: "high",
    area: "workload",
    why: "Runtimes hide the parts of /proc that tell and change the node; Unmasked shows them.",
    bad: (at) => (at.container["securityContext"]?.procMount === "Unmasked" ? own(at, "procMount") : undefined),
    says: (one) => `${one ? "sees" : "see"} all of /proc`,
    patch: () => ({ securityContext: { procMount: "Default" } }),
  }),
  ...(["seccomp-unconfined", "seccomp-profile"] as const).map((id) =>
    containerCheck({
      id,
      title: id === "seccomp-profile" ? "No seccomp profile" : "seccomp switched off",
      severity: id === "seccomp-profile" ? "low" : "high",
      area: "workload",
      why: "The runtime's seccomp profile keeps some sixty system calls away from containers that no usual program makes and that faults of kernels were reached by.",
      bad: (at) => {
        const { value, path } = effective(at, "seccompProfile");
        // The annotations that said so before have had no effect since 1.27.
        const type: Json = value?.["type"];
        if (isWindows(at.workload) || (at.container["securityContext"]?.privileged === true && id === "seccomp-profile")) return undefined;
        return (id === "seccomp-profile" ? type === undefined : type === "Unconfined") ? { path: [...path, "type"] } : undefined;
      },
      says: (one) => (id === "seccomp-profile" ? `${one ? "has" : "have"} no seccomp profile` : `${one ? "runs" : "run"} without seccomp`),
      patch: () => ({ securityContext: { seccompProfile: { type: "RuntimeDefault" } } }),
    }),
  ),
  podCheck({
    id: "apparmor-unconfined",
    title: "AppArmor switched off",
    severity: "medium",
    area: "workload",
    why: "Without its profile a container may mount, and write where the runtime's profile forbids it.",
    bad: (workload) => [
      ...Object.entries(workload.annotations)
        .filter(([key, value]) => key.startsWith("container.apparmor.security.beta.kubernetes.io/") && value === "unconfined")
        .map(([key]) => ({ path: [...workload.annotationsPath, key] })),
      ...inContexts(workload, (context) => context["appArmorProfile"]?.type === "Unconfined", ["appArmorProfile", "type"]),
    ],
    says: "Its containers run without AppArmor.",
    decision: "Take the field or annotation out, so that the runtime's own profile holds, or name a profile of the nodes.",
  }),
  podCheck({
    id: "selinux-options",
    title: "SELinux labels of their own",
    severity: "medium",
    area: "workload",
    why: "A type beyond container_t, container_init_t, container_kvm_t and container_engine_t, or a user or role, takes a container out of its confinement.",
    bad: (workload) => inContexts(workload, (context) => odd(context["seLinuxOptions"]), ["seLinuxOptions"]),
    says: "Its containers set SELinux options that the Pod Security Standards do not allow.",
    decision: "Take seLinuxOptions out, or leave a level alone.",
  }),
  podCheck({
    id: "unsafe-sysctls",
    title: "Unsafe kernel settings",
    severity: "high",
    area: "workload",
    why: "Settings that are not of a namespace change the node, or starve other pods on it.",
    bad: ({ spec, podPath }) => {
      const set: Json = spec["securityContext"]?.sysctls;
      if (!Array.isArray(set)) return undefined;
      return set.flatMap((one, index) =>
        SAFE_SYSCTLS.has(String(one?.["name"])) ? [] : [{ path: [...podPath, "securityContext", "sysctls", index] }],
      );
    },
    says: "Its pods set kernel parameters outside of the safe set.",
    decision: "What needs them? Set them on nodes of their own, or take them out.",
  }),
];

/** Kubernetes documentation, "Using sysctls in a Kubernetes Cluster" and the Pod Security Standards, 1.32. */
const SAFE_SYSCTLS = new Set([
  "kernel.shm_rmid_forced",
  "net.ipv4.ip_local_port_range",
  "net.ipv4.ip_unprivileged_port_start",
  "net.ipv4.tcp_syncookies",
  "net.ipv4.ping_group_range",
  "net.ipv4.ip_local_reserved_ports",
  "net.ipv4.tcp_keepalive_time",
  "net.ipv4.tcp_fin_timeout",
  "net.ipv4.tcp_keepalive_intvl",
  "net.ipv4.tcp_keepalive_probes",
  "net.ipv4.tcp_rmem",
  "net.ipv4.tcp_wmem",
]);

const SELINUX_TYPES = new Set(["", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"]);

const odd = (options: Json): boolean =>
  isRecord(options) && (!SELINUX_TYPES.has(String(options["type"] ?? "")) || Boolean(options["user"]) || Boolean(options["role"]));

/** Security contexts of the pod and of its containers that are so. */
function inContexts({ spec, podPath }: Workload, is: (context: Record<string, Json>) => boolean, field: readonly string[]) {
  const pods: Json = spec["securityContext"];
  const found = isRecord(pods) && is(pods) ? [{ path: [...podPath, "securityContext", ...field] }] : [];
  for (const list of ["initContainers", "containers"]) {
    const items: Json = spec[list];
    if (!Array.isArray(items)) continue;
    for (const [index, item] of items.entries())
      if (isRecord(item?.["securityContext"]) && is(item["securityContext"]))
        found.push({ path: [...podPath, list, index as unknown as string, "securityContext", ...field] });
  }
  return found;
}
