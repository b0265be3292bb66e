import { isRecord, type Json, type KubeObject } from "../json.ts";
import { type ImageReference, parseImage } from "./image.ts";
import { type FieldPath, type PodTemplate, podTemplatesOf } from "./pod-templates.ts";

export interface WorkloadContainer {
  name: string;
  type: "container" | "init" | "ephemeral";
  /** Where it is in the object. */
  path: FieldPath;
  image: ImageReference;
  /** Also a Windows host process. Whatever is written there but `false` counts: what cannot be read is not taken for safe. */
  privileged: boolean;
  /**
   * Whether it runs as user 0: `yes` where the object says so, `no` where it names another user or forbids root (`runAsNonRoot`), otherwise
   * the image decides, which is `unknown`.
   */
  root: "yes" | "no" | "unknown";
  /** What it adds, upper case without `CAP_`, e.g. `SYS_ADMIN`. */
  capabilities: string[];
  /** `allowPrivilegeEscalation` as it takes effect: also true where nothing is said, and of what is privileged. */
  escalates: boolean;
  readOnlyRoot: boolean;
  hostPorts: number[];
  /** As it is written. */
  spec: Record<string, Json>;
}

export interface WorkloadVolume {
  name: string;
  /** The field that says what it is, e.g. `hostPath`, `secret`, `persistentVolumeClaim`; `emptyDir` where nothing does. */
  type: string;
  path: FieldPath;
  /** Path on the node of a `hostPath`; empty of any other. */
  hostPath: string;
  /** What an `image` mounts; empty of any other. */
  image: ImageReference;
}

/** What of a pod's spec rules and checks ask about. */
export interface WorkloadPod {
  /** Where its spec is in the object. */
  path: FieldPath;
  metadata: Json;
  spec: Record<string, Json>;
  containers: WorkloadContainer[];
  volumes: WorkloadVolume[];
  /** Namespaces of the node that it shares. */
  host: ("network" | "pid" | "ipc")[];
  /** `default` where it names none. */
  serviceAccount: string;
}

/** The pods of any object, uniformly; see `podTemplatesOf`. Never throws, whatever the object is like. */
export function podsOf(object: KubeObject): WorkloadPod[] {
  return podTemplatesOf(object).map(podOf);
}

const LISTS = [
  ["containers", "container"],
  ["initContainers", "init"],
  ["ephemeralContainers", "ephemeral"],
] as const;

function podOf({ path, metadata, spec }: PodTemplate): WorkloadPod {
  const host = (["network", "pid", "ipc"] as const).filter((name) => isSet(spec[HOST[name]]));
  const account = [spec["serviceAccountName"], spec["serviceAccount"]].find((name) => typeof name === "string" && name !== "");
  return {
    path,
    metadata,
    spec,
    containers: LISTS.flatMap(([list, type]) =>
      entriesOf(spec[list]).flatMap(([key, one]) => (isRecord(one) ? [containerOf(one, type, [...path, list, key], spec)] : [])),
    ),
    volumes: entriesOf(spec["volumes"]).flatMap(([key, one]) => (isRecord(one) ? [volumeOf(one, [...path, "volumes", key])] : [])),
    host,
    serviceAccount: (account as string | undefined) ?? "default",
  };
}

const HOST = { network: "hostNetwork", pid: "hostPID", ipc: "hostIPC" } as const;

/** Lists by their index; what should be a list and is a map by its keys, for it is not to be overlooked. */
function entriesOf(list: Json): [string | number, Json][] {
  return Array.isArray(list) ? [...list.entries()] : isRecord(list) ? Object.entries(list) : [];
}

/** Whatever is there but `false`. */
const isSet = (value: Json): boolean => value !== undefined && value !== null && value !== false;

const record = (value: Json): Record<string, Json> => (isRecord(value) ? value : {});

function containerOf(
  spec: Record<string, Json>,
  type: WorkloadContainer["type"],
  path: FieldPath,
  pod: Record<string, Json>,
): WorkloadContainer {
  const own = record(spec["securityContext"]);
  const shared = record(pod["securityContext"]);
  const windows = { ...record(shared["windowsOptions"]), ...record(own["windowsOptions"]) };
  const privileged = isSet(own["privileged"]) || isSet(windows["hostProcess"]);
  const capabilities = entriesOf(record(own["capabilities"])["add"]).flatMap(([, name]) =>
    typeof name === "string" ? [name.toUpperCase().replace(/^CAP_/, "")] : [],
  );
  return {
    name: typeof spec["name"] === "string" ? spec["name"] : "",
    type,
    path,
    image: parseImage(spec["image"]),
    privileged,
    root: rootOf(own, shared, windows),
    capabilities,
    escalates:
      privileged || capabilities.includes("SYS_ADMIN") || capabilities.includes("ALL") || own["allowPrivilegeEscalation"] !== false,
    readOnlyRoot: own["readOnlyRootFilesystem"] === true,
    hostPorts: entriesOf(spec["ports"]).flatMap(([, port]) => {
      const number = numberOf(record(port)["hostPort"]);
      return number > 0 ? [number] : [];
    }),
    spec,
  };
}

const numberOf = (value: Json): number => (typeof value === "number" || typeof value === "string" ? Number(value) : NaN);

/** What a container says goes before what its pod says. */
function rootOf(own: Record<string, Json>, shared: Record<string, Json>, windows: Record<string, Json>): WorkloadContainer["root"] {
  const user: Json = own["runAsUser"] ?? shared["runAsUser"];
  if (user !== undefined && user !== null) {
    const number = numberOf(user);
    if (number === 0) return "yes";
    return number > 0 ? "no" : "unknown";
  }
  const name: Json = windows["runAsUserName"];
  if (typeof name === "string" && name !== "") return /(^|\\)(containeradministrator|system|administrator)$/i.test(name) ? "yes" : "no";
  return (own["runAsNonRoot"] ?? shared["runAsNonRoot"]) === true ? "no" : "unknown";
}

function volumeOf(volume: Record<string, Json>, path: FieldPath): WorkloadVolume {
  const sources = Object.keys(volume).filter((key) => key !== "name" && isSet(volume[key]));
  // A volume has one source; of one that names several the node's own files are what matters.
  const type = sources.includes("hostPath") ? "hostPath" : (sources[0] ?? "emptyDir");
  const on: Json = record(volume["hostPath"])["path"];
  return {
    name: typeof volume["name"] === "string" ? volume["name"] : "",
    type,
    path,
    hostPath: type === "hostPath" && typeof on === "string" ? on : "",
    image: parseImage(record(volume["image"])["reference"]),
  };
}
