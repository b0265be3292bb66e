import { CAPTURE_LIMITS, type ExecuteOutcome, type ObjectsImage, type Planned, type Target, type UndoImage } from "@interlock/connector";
import type { KubeSim } from "@interlock/kube-sim";
import { essence } from "../src/gate/foreseen.ts";
import { kubernetes } from "../src/index.ts";

/** A command and its undo as the agent runs them. */
export class Stage {
  readonly sim: KubeSim;
  readonly target: Target;
  readonly signal = AbortSignal.timeout(60_000);

  /** The simulator and the connection are closed by what is put on `open`. */
  constructor(sim: KubeSim, open: (() => Promise<void>)[]) {
    this.sim = sim;
    this.target = kubernetes.open({ connectionName: "c", secret: { kubeconfig: sim.kubeconfig() }, maskedColumns: () => [] });
    open.push(
      () => sim.stop(),
      () => this.target.close(),
    );
  }

  plan(text: string): Promise<Planned> {
    return this.target.plan!(text, { signal: this.signal, exact: true });
  }

  async run(
    text: string,
    planned?: Planned,
    timeoutMs = 20_000,
  ): Promise<{ outcome: ExecuteOutcome; planned: Planned; image: ObjectsImage | undefined; said: string }> {
    const made = planned ?? (await this.plan(text));
    let image: UndoImage | undefined;
    const rows: string[] = [];
    const outcome = await this.target.execute(
      {
        text,
        resolution: made.resolution,
        access: "write",
        timeoutMs,
        rowCap: 1_000,
        applicationName: "test",
        capture: CAPTURE_LIMITS,
        ...(made.work === undefined ? {} : { work: made.work }),
      },
      { ...sinkOf(rows), captured: async (kept) => void (image = kept) },
      this.signal,
    );
    this.sim.settle();
    return { outcome, planned: made, image: image as ObjectsImage | undefined, said: rows.join("\n") };
  }

  async undo(
    image: ObjectsImage,
    rest?: true,
  ): Promise<{ outcome: ExecuteOutcome; text: string; impact: Planned["impact"]; said: string }> {
    const foreseen = await this.foresee(image, rest);
    const outcome = await this.putBack(image, foreseen);
    return { ...outcome, text: foreseen.text!, impact: foreseen.impact };
  }

  foresee(image: ObjectsImage, rest?: true) {
    return this.target.foreseeUndo!(image, { signal: this.signal, exact: true, ...(rest === undefined ? {} : { rest }) });
  }

  async putBack(image: ObjectsImage, { work, resolution }: Planned): Promise<{ outcome: ExecuteOutcome; said: string }> {
    const rows: string[] = [];
    const request = { guard: { approved: [] }, work: { bytes: work!, resolution }, timeoutMs: 20_000, applicationName: "test" };
    const outcome = await this.target.undo!(image, request, this.signal, sinkOf(rows));
    this.sim.settle();
    return { outcome, said: rows.join("\n") };
  }
}

const sinkOf = (rows: string[]) => ({
  columns: () => {},
  rows: (_statement: number, bytes: Uint8Array) => void rows.push(Buffer.from(bytes).toString()),
  end: () => {},
  notice: (_statement: number, text: string) => void rows.push(text),
});

/** What people decided about a namespace, by name: what controllers make again is left out. */
export function decided(sim: KubeSim, namespace: string): Map<string, string> {
  const left = /^(ReplicaSet|ControllerRevision|EndpointSlice|Event|Lease)$/;
  const made = ({ metadata }: ReturnType<KubeSim["objects"]>[number]): boolean =>
    (metadata.ownerReferences ?? []).some((owner: { controller?: boolean }) => owner.controller) ||
    metadata.annotations?.["endpoints.kubernetes.io/last-change-trigger-time"] !== undefined;
  return new Map(
    sim
      .objects()
      .filter(
        (one) =>
          !left.test(one.kind) &&
          !made(one) &&
          (one.metadata.namespace === namespace || (one.kind === "Namespace" && one.metadata.name === namespace)),
      )
      .map((one) => {
        const bare = essence(one as never);
        const { uid: _uid, creationTimestamp: _time, annotations, ...metadata } = bare.metadata as Record<string, unknown>;
        const kept = Object.fromEntries(
          Object.entries((annotations ?? {}) as object).filter(([key]) => !/revision|pv\.kubernetes|selected-node/.test(key)),
        );
        const spec = { ...(bare["spec"] as Record<string, unknown> | undefined) };
        if (one.kind === "PersistentVolumeClaim") delete spec["volumeName"];
        if (one.kind === "Pod") for (const field of ["volumes", "containers"]) delete spec[field];
        if (one.kind === "Job") for (const field of ["selector", "template"]) delete spec[field];
        return [
          `${one.kind} ${one.metadata.name}`,
          JSON.stringify(
            sorted({
              ...bare,
              metadata: { ...metadata, ...(Object.keys(kept).length === 0 ? {} : { annotations: kept }) },
              ...(bare["spec"] === undefined ? {} : { spec }),
            }),
          ),
        ];
      }),
  );
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, item]) => [key, sorted(item)] as const)
      .toSorted(([left], [right]) => (left < right ? -1 : 1)),
  );
}

/** Everything people decided, by name, over all namespaces. */
export function dump(sim: KubeSim): Record<string, unknown> {
  const all = new Map<string, unknown>();
  for (const { metadata } of sim.objects("namespaces")) {
    for (const [name, object] of decided(sim, metadata!.name!)) all.set(`${metadata!.name!} ${name}`, JSON.parse(object));
  }
  for (const object of sim.objects()) {
    if (object.metadata.namespace !== undefined || object.kind === "Namespace") continue;
    const {
      resourceVersion: _version,
      uid: _uid,
      managedFields: _managed,
      generation: _generation,
      creationTimestamp: _time,
      ...metadata
    } = object.metadata as Record<string, unknown>;
    const { status: _status, ...rest } = structuredClone(object) as Record<string, unknown>;
    const claim = (rest["spec"] as { claimRef?: Record<string, unknown> } | undefined)?.claimRef;
    if (claim !== undefined) for (const field of ["uid", "resourceVersion"]) delete claim[field];
    all.set(`${object.kind} ${object.metadata.name}`, sorted({ ...rest, metadata }));
  }
  return Object.fromEntries([...all].toSorted(([left], [right]) => (left < right ? -1 : 1)));
}
