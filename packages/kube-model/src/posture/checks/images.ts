import type { Json } from "../../json.ts";
import { parseImage } from "../../workload/image.ts";
import type { Check } from "../check.ts";
import type { Inventory } from "../inventory.ts";
import { namespaceOf } from "../inventory.ts";
import { containerCheck, podCheck } from "../rules.ts";
import type { ContainerAt } from "../workload.ts";

const imageOf = ({ container }: ContainerAt): string | undefined => {
  const image: Json = container["image"];
  return typeof image === "string" && image !== "" ? image : undefined;
};

/** Digests by which running pods have an image, by namespace and image; worked out once for an inventory. */
const RUNNING = new WeakMap<Inventory, Map<string, Set<string>>>();

const list = (value: Json): Json[] => (Array.isArray(value) ? value : []);

function runningDigests(inventory: Inventory): Map<string, Set<string>> {
  const known = RUNNING.get(inventory);
  if (known !== undefined) return known;
  const digests = new Map<string, Set<string>>();
  for (const { object } of inventory.all("/Pod")) {
    const { spec, status }: Record<string, Json> = object;
    const ids = new Map(
      [...list(status?.containerStatuses), ...list(status?.initContainerStatuses)].map((one) => [one?.["name"], one?.["imageID"]]),
    );
    for (const container of [...list(spec?.containers), ...list(spec?.initContainers)]) {
      const digest = /@(sha256:[0-9a-f]{64})$/.exec(String(ids.get(container?.["name"]) ?? ""))?.[1];
      if (digest === undefined) continue;
      const key = `${namespaceOf(object) ?? ""} ${String(container["image"])}`;
      digests.set(key, (digests.get(key) ?? new Set()).add(digest));
    }
  }
  RUNNING.set(inventory, digests);
  return digests;
}

/** The one digest that running pods of the namespace have an image by; undefined where there is none, or more than one. */
function runningDigest(inventory: Inventory, namespace: string | undefined, image: string): string | undefined {
  const digests = runningDigests(inventory).get(`${namespace ?? ""} ${image}`);
  return digests?.size === 1 ? [...digests][0] : undefined;
}

const field = (at: ContainerAt, name: string) => ({ path: [...at.path, name] });

/** What is run. */
export const IMAGES: readonly Check[] = [
  containerCheck({
    id: "image-latest",
    title: "Images without a version",
    severity: "medium",
    area: "images",
    why: "latest, or no tag at all, is another image tomorrow: a pod that is moved runs what nobody tried, and there is nothing to go back to.",
    bad: (at) => {
      const image = imageOf(at);
      if (image === undefined) return undefined;
      const { tag, digest } = parseImage(image);
      return digest === "" && (tag === "" || tag === "latest") ? field(at, "image") : undefined;
    },
    says: (one) => `${one ? "runs an image" : "run images"} of no certain version`,
    decision: "Which version is meant? Name it by its tag and digest.",
  }),
  containerCheck({
    id: "image-digest",
    title: "Images that are not pinned",
    severity: "low",
    area: "images",
    why: "A tag can be moved by whoever writes to the registry; a digest is one image for ever.",
    bad: (at) => {
      const image = imageOf(at);
      if (image === undefined) return undefined;
      const { tag, digest } = parseImage(image);
      // Said by image-latest already.
      return digest === "" && tag !== "" && tag !== "latest" ? field(at, "image") : undefined;
    },
    says: (one) => `${one ? "names its image" : "name their images"} by a tag alone`,
    patch: (at, inventory) => {
      const image = imageOf(at)!;
      const digest = runningDigest(inventory, namespaceOf(at.workload.source.object), image);
      return digest === undefined ? undefined : { image: `${image}@${digest}` };
    },
    decision:
      "Lines name the digest that the running pods have. Where there is none, ask the registry (crane digest IMAGE) and write IMAGE@DIGEST.",
  }),
  podCheck({
    id: "image-volume",
    title: "Images mounted as volumes that are not pinned",
    severity: "low",
    area: "images",
    why: "What such a volume holds is what its tag stands for when a pod starts: two pods of one workload may have different files.",
    bad: ({ spec, podPath }) =>
      list(spec["volumes"]).flatMap((volume, index) => {
        const image: Json = volume?.["image"]?.["reference"];
        const named = typeof image === "string" && image !== "";
        return named && parseImage(image).digest === "" ? [{ path: [...podPath, "volumes", index, "image", "reference"] }] : [];
      }),
    says: "Its pods mount images that a tag alone names.",
    decision: "Which files are meant? Ask the registry (crane digest IMAGE) and write IMAGE@DIGEST.",
  }),
  containerCheck({
    id: "image-pull-policy",
    title: "A cached image of a tag that moves",
    severity: "low",
    area: "images",
    why: "With a moving tag and a policy other than Always each node runs the image it met first, and anybody on the node runs a private image without its credentials.",
    bad: (at) => {
      const image = imageOf(at);
      if (image === undefined) return undefined;
      const { tag, digest } = parseImage(image);
      const moving = digest === "" && (tag === "" || tag === "latest");
      const policy: Json = at.container["imagePullPolicy"];
      return moving && policy !== undefined && policy !== "Always" ? field(at, "imagePullPolicy") : undefined;
    },
    says: (one) => `${one ? "keeps" : "keep"} what a node has of a tag that moves`,
    patch: () => ({ imagePullPolicy: "Always" }),
  }),
];
