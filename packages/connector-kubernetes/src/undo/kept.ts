import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import { TargetError, type ObjectsImage } from "@interlock/connector";
import { type KubeObject, parseJson } from "@interlock/kube-model";
import type { Loss } from "@interlock/protocol";
import type { ResourceType } from "../impact/resource-types.ts";

/** One object that a run takes, changes or makes. Values of Secrets are in it as they are: it is stored encrypted and never shown. */
export interface KeptObject {
  type: ResourceType;
  namespace?: string;
  name: string;
  /** What the run leaves of it. */
  after: "gone" | "changed" | "made";
  /** It had before the run. */
  uid?: string;
  /** How it is to be: of one that goes what is sent to make it again, of one that is changed the whole object as it was. */
  wanted?: KubeObject;
  /** JSON pointers into `wanted`: addresses and ports that the server gave, left out when another has them by then. */
  ifFree?: string[];
  /** Its owner comes back and may make it before the undo does; then it is there, which is what was wanted. */
  mayBeMade?: true;
  /** As the run left it; absent while that is not known. */
  left?: KubeObject;
}

/** What is needed to take a run back. */
export interface Kept {
  form: 1;
  objects: KeptObject[];
  /** What does not come back. */
  lost: Loss[];
}

/** Most bytes of all objects as JSON, before they are packed: beyond it a text of JavaScript cannot hold them. */
const UNPACKED_BYTES = 256 * 1024 * 1024;

const pack = promisify(gzip);
const unpack = promisify(gunzip);

/** Rejects with `undo_lost` when it is larger than may be kept. */
export async function packKept(kept: Kept, maxBytes: number): Promise<ObjectsImage> {
  const parts = kept.objects.map((object) => JSON.stringify(object));
  const size = parts.reduce((sum, part) => sum + Buffer.byteLength(part), 0);
  const tooLarge = (): TargetError =>
    new TargetError("undo_lost", `What would be needed to put it back is larger than is kept (${mega(size)}). Do it in parts.`);
  if (size > UNPACKED_BYTES) throw tooLarge();
  const text = `{"form":1,"lost":${JSON.stringify(kept.lost)},"objects":[${parts.join(",")}]}`;
  const packed = (await pack(text)).toString("base64");
  if (packed.length > maxBytes) throw tooLarge();
  return { objects: kept.objects.length, kept: packed };
}

const mega = (bytes: number): string => `${Math.ceil(bytes / (1024 * 1024))} MiB`;

export async function unpackKept({ kept }: ObjectsImage): Promise<Kept> {
  const bytes = await unpack(Buffer.from(kept, "base64"));
  const found = parseJson(bytes.toString("utf8")) as Kept;
  if (found.form !== 1) throw new TargetError("undo_unavailable", "What was kept is of another version of Interlock.");
  return found;
}
