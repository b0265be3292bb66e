import { TargetError } from "@interlock/connector";
import { isMade, isRecord, type Json, type KubeObject } from "@interlock/kube-model";

/** Most that are read one by one. */
const MOST = 500;

/** An object by its kind as `group/Kind`. */
interface Place {
  kind: string;
  namespace: string | undefined;
  name: string;
}

interface Made extends Place {
  owner: Place & { uid: string };
}

type ReadObject = (place: Place) => Promise<KubeObject | undefined>;

const groupOf = (apiVersion: Json): string => (String(apiVersion).includes("/") ? String(apiVersion).split("/")[0]! : "");
const textOf = ({ kind, namespace, name }: Place): string => `${kind} ${namespace ?? ""}/${name}`;

/**
 * What a workload makes is looked at in the workload. Anybody can write an owner into their object, though: one whose owner is not there, by
 * kind, namespace, name and uid, was made by nobody.
 */
export class StrayObjects {
  /** By place, the uid of everything that was listed. */
  readonly #there = new Map<string, string>();
  readonly #made: Made[] = [];

  /** Of every object that is listed. */
  see(kind: string, object: KubeObject): void {
    const { namespace, name, uid, ownerReferences }: Record<string, Json> = object.metadata ?? {};
    const place = { kind, namespace, name: String(name) };
    this.#there.set(textOf(place), String(uid));
    if (!isMade(object)) return;
    const owner = (ownerReferences as Json[]).find((one) => isRecord(one) && one["controller"] === true);
    const by = { kind: `${groupOf(owner["apiVersion"])}/${String(owner["kind"])}`, namespace, name: String(owner["name"]) };
    this.#made.push({ ...place, owner: { ...by, uid: String(owner["uid"]) } });
  }

  /**
   * Those made by nobody, whole and without the owner they name. `unread`: kinds of which not all were seen, which says nothing of what they
   * own. `why`: in words, where not every one could be read.
   */
  async read(read: ReadObject, unread: ReadonlySet<string>): Promise<{ strays: (Place & { object: KubeObject })[]; why?: string }> {
    const strays: (Place & { object: KubeObject })[] = [];
    const named = this.#made.filter(({ owner }) => this.#there.get(textOf(owner)) !== owner.uid && !unread.has(owner.kind));
    const owners = new Map<string, Promise<string | undefined>>();
    /** An owner may have come after its kind was listed. */
    const uidOf = (owner: Place): Promise<string | undefined> => {
      const known = owners.get(textOf(owner)) ?? read(owner).then((object) => object?.metadata?.uid as string | undefined);
      owners.set(textOf(owner), known);
      return known;
    };
    try {
      for (const { owner, ...place } of named.slice(0, MOST)) {
        if ((await uidOf(owner)) === owner.uid) continue;
        const object = await read(place);
        // It may be gone together with what made it.
        if (object !== undefined) strays.push({ ...place, object: { ...object, metadata: { ...object.metadata, ownerReferences: [] } } });
      }
    } catch (error) {
      if (!(error instanceof TargetError) || error.code === "cancelled") throw error;
      return { strays, why: `${named.length} objects name an owner that is not there and could not be read: ${error.message}` };
    }
    if (named.length <= MOST) return { strays };
    return { strays, why: `${named.length - MOST} more objects name an owner that is not there, and were not looked at` };
  }
}
