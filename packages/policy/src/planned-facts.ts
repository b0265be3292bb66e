import {
  groupOf,
  isRecord,
  type Json,
  type KubeObject,
  parseImage,
  podsOf,
  type WorkloadContainer,
  type WorkloadVolume,
} from "@interlock/kube-model";

/*
 * An object of a cluster as an expression sees it, before or after a write. Everything has a type and a value: what is not there is empty,
 * so that no rule fails over a field that somebody left out. Never throws, whatever the object is like.
 */

export class ImageFact {
  readonly text: string;
  readonly registry: string;
  readonly repository: string;
  readonly tag: string;
  readonly digest: string;
  constructor({ text, registry, repository, tag, digest }: WorkloadContainer["image"]) {
    this.text = text;
    this.registry = registry;
    this.repository = repository;
    this.tag = tag;
    this.digest = digest;
  }
}

export class ContainerFact {
  readonly name: string;
  readonly type: string;
  readonly image: ImageFact;
  readonly privileged: boolean;
  readonly root: string;
  readonly capabilities: readonly string[];
  readonly escalates: boolean;
  readonly readOnlyRoot: boolean;
  constructor(container: WorkloadContainer) {
    this.name = container.name;
    this.type = container.type;
    this.image = new ImageFact(container.image);
    this.privileged = container.privileged;
    this.root = container.root;
    this.capabilities = container.capabilities;
    this.escalates = container.escalates;
    this.readOnlyRoot = container.readOnlyRoot;
  }
}

export class VolumeFact {
  readonly name: string;
  readonly type: string;
  readonly hostPath: string;
  readonly image: ImageFact;
  constructor({ name, type, hostPath, image }: Omit<WorkloadVolume, "path">) {
    this.name = name;
    this.type = type;
    this.hostPath = hostPath;
    this.image = new ImageFact(image);
  }
}

export class RoleRefFact {
  readonly kind: string;
  readonly name: string;
  constructor(reference: Json) {
    this.kind = textOf(reference?.["kind"]);
    this.name = textOf(reference?.["name"]);
  }
}

export class SubjectFact {
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
  constructor(subject: Record<string, Json>) {
    this.kind = textOf(subject["kind"]);
    this.name = textOf(subject["name"]);
    this.namespace = textOf(subject["namespace"]);
  }
}

/** One rule of a Role or ClusterRole. */
export class RightFact {
  readonly verbs: readonly string[];
  readonly groups: readonly string[];
  readonly resources: readonly string[];
  readonly names: readonly string[];
  readonly urls: readonly string[];
  constructor(rule: Record<string, Json>) {
    this.verbs = textsOf(rule["verbs"]);
    this.groups = textsOf(rule["apiGroups"]);
    this.resources = textsOf(rule["resources"]);
    this.names = textsOf(rule["resourceNames"]);
    this.urls = textsOf(rule["nonResourceURLs"]);
  }
}

export class PlannedFact {
  /** Whether there is such an object. */
  readonly present: boolean;
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly containers: readonly ContainerFact[];
  readonly volumes: readonly VolumeFact[];
  /** Namespaces of the node that its pods share: `network`, `pid`, `ipc`. */
  readonly host: readonly string[];
  readonly serviceAccounts: readonly string[];
  readonly roleRef: RoleRefFact;
  readonly subjects: readonly SubjectFact[];
  readonly rights: readonly RightFact[];
  /** The object itself, for paths; of a Secret without its values. */
  readonly #object: KubeObject;

  constructor(given: unknown) {
    const object: KubeObject = isRecord(given) ? withoutValues(given) : {};
    const metadata: Record<string, Json> = isRecord(object.metadata) ? object.metadata : {};
    const pods = podsOf(object);
    this.#object = object;
    this.present = isRecord(given);
    this.group = groupOf(object);
    this.version = textOf(object.apiVersion).split("/").at(-1)!;
    this.kind = textOf(object.kind);
    this.namespace = textOf(metadata["namespace"]);
    this.name = textOf(metadata["name"]) || textOf(metadata["generateName"]);
    this.labels = textMap(metadata["labels"]);
    this.annotations = textMap(metadata["annotations"]);
    this.containers = pods.flatMap(({ containers }) => containers).map((one) => new ContainerFact(one));
    this.volumes = [...pods.flatMap(({ volumes }) => volumes), ...persistentVolume(object)].map((one) => new VolumeFact(one));
    this.host = [...new Set(pods.flatMap(({ host }) => host))];
    this.serviceAccounts = [...new Set(pods.map(({ serviceAccount }) => serviceAccount))];
    this.roleRef = new RoleRefFact(isRecord(object["roleRef"]) ? object["roleRef"] : {});
    this.subjects = recordsOf(object["subjects"]).map((subject) => new SubjectFact(subject));
    this.rights = recordsOf(object["rules"]).map((rule) => new RightFact(rule));
  }

  get object(): KubeObject {
    return this.#object;
  }
}

/** Keys of a Secret may be judged, its values never; the copy that `kubectl apply` keeps holds them, too. */
function withoutValues(object: KubeObject): KubeObject {
  if (object.kind !== "Secret" || groupOf(object) !== "") return object;
  const emptied = (values: Json): Json => (isRecord(values) ? Object.fromEntries(Object.keys(values).map((key) => [key, ""])) : {});
  const { apiVersion, kind, type, immutable, data, stringData } = object;
  const metadata: Record<string, Json> = isRecord(object.metadata) ? object.metadata : {};
  const annotations: Record<string, Json> = isRecord(metadata["annotations"]) ? { ...metadata["annotations"] } : {};
  delete annotations["kubectl.kubernetes.io/last-applied-configuration"];
  return {
    ...(apiVersion === undefined ? {} : { apiVersion }),
    kind,
    metadata: { ...metadata, annotations },
    ...(type === undefined ? {} : { type }),
    ...(immutable === undefined ? {} : { immutable }),
    ...(data === undefined ? {} : { data: emptied(data) }),
    ...(stringData === undefined ? {} : { stringData: emptied(stringData) }),
  };
}

/** A volume of the cluster may lie on a node as well; a claim brings it into a pod. */
function persistentVolume(object: KubeObject): Omit<WorkloadVolume, "path">[] {
  const spec: Json = object["spec"];
  if (object.kind !== "PersistentVolume" || groupOf(object) !== "" || !isRecord(spec)) return [];
  const type = ["hostPath", "local"].find((source) => spec[source] !== undefined && spec[source] !== null);
  if (type === undefined) return [];
  const hostPath = type === "hostPath" ? textOf(spec[type]?.["path"]) : "";
  return [{ name: textOf(object.metadata?.["name"]), type, hostPath, image: parseImage(undefined) }];
}

const textOf = (value: Json): string => (typeof value === "string" ? value : "");
const textsOf = (value: Json): string[] => (Array.isArray(value) ? value.filter((one) => typeof one === "string") : []);
const recordsOf = (value: Json): Record<string, Json>[] => (Array.isArray(value) ? value.filter((one) => isRecord(one)) : []);

/** Without a prototype, so that a key nobody set is missing whatever its name. */
function textMap(value: Json): Record<string, string> {
  const map = Object.create(null) as Record<string, string>;
  if (isRecord(value)) for (const [key, one] of Object.entries(value)) if (typeof one === "string") map[key] = one;
  return map;
}
