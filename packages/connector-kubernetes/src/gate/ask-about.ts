import type { KubeObject } from "@interlock/kube-model";
import { changeMetadata } from "./body.ts";
import { identity, objectTarget, readLive, type PlanView, type WriteRequest } from "./foreseen.ts";
import type { PlannedObject } from "./overlay.ts";
import { tryStandIn } from "./stand-in.ts";
import type { Answer } from "./status.ts";

/** What the server says about the object as a whole: an update of what it has, or the creation of what only the plan has. */
export async function askAbout(
  view: PlanView,
  request: WriteRequest,
  planned: PlannedObject & { object: KubeObject },
  accept?: string,
): Promise<{ answer: Answer; shown: "server" | "plan" }> {
  const { target } = request;
  if (request.blind === true) {
    const body = request.body.encoding === "json" ? request.body.value : planned.object;
    return { answer: { status: 200, body: body as KubeObject }, shown: "plan" };
  }
  const query = new Map([...request.query].filter(([key]) => key !== "force"));
  const shared = { ...request, query, ...(accept === undefined ? {} : { accept }) };
  if (planned.live !== undefined) {
    const { uid } = planned.live;
    let { resourceVersion } = planned.live;
    for (let attempt = 0; ; attempt++) {
      const body = changeMetadata(request.body, { uid, resourceVersion });
      const answer = await view.upstream.dryRun({ ...shared, method: "PUT", body });
      // Its status may have moved on since; what the plan changes has not.
      const fresh = answer.status === 409 && attempt === 0 ? identity(await readLive(view, target)) : undefined;
      if (fresh?.uid !== uid) return { answer, shown: "server" };
      resourceVersion = fresh.resourceVersion;
    }
  }
  if (target.subresource !== undefined) {
    const body = request.body.encoding === "json" ? request.body.value : planned.object;
    return { answer: { status: 200, body: body as KubeObject }, shown: "plan" };
  }
  const { name: _name, ...collection } = objectTarget(target);
  return tryStandIn(view, { ...shared, method: "POST", target: collection }, accept);
}
