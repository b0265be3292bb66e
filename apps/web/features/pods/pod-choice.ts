import type { TerminalContainer, TerminalOffer, TerminalPod } from "@interlock/protocol";
import type { ShellTarget } from "../terminal/open-shell.ts";
import type { PodWish } from "./open-pod.ts";

export type Way = NonNullable<TerminalPod["mode"]>;
type WayOffer = TerminalOffer["ways"][number];

export const wayOf = (offer: Pick<TerminalOffer, "ways">, way: Way): WayOffer | undefined => offer.ways.find((one) => one.way === way);

/** Containers in which something can be done now, those of the pod's own before what was added to it. */
export const open = (offer: TerminalOffer): readonly TerminalContainer[] => offer.pod?.containers.filter(({ running }) => running) ?? [];

/** What is opened without asking: one container runs, policy lets it be and wants nothing said. */
export function chosen(wish: PodWish, offer: TerminalOffer): ShellTarget | undefined {
  const way = wayOf(offer, wish.way);
  const containers = open(offer);
  if (way === undefined || way.denied !== undefined || way.reason || offer.pod?.lacks !== undefined) return undefined;
  const container = wish.container ?? (containers.length === 1 ? containers[0]?.name : undefined);
  return container === undefined ? undefined : targetOf(wish, { way: wish.way, container });
}

export function targetOf(
  { connectionId, namespace, name }: Pick<PodWish, "connectionId" | "namespace" | "name">,
  { way, container, image }: { way: Way; container: string; image?: string },
): ShellTarget {
  const pod = { namespace, name, container, mode: way, ...(image === undefined ? {} : { image }) };
  return { connectionId, name: `${namespace}/${name}`, pod };
}

/** Images to choose from: those that policy names whole; of a pattern what stands before its first star helps to type. */
export function images(offer: WayOffer | undefined): { whole: string[]; patterns: string[] } {
  const all = offer?.images ?? [];
  return { whole: all.filter((one) => !one.includes("*")), patterns: all.filter((one) => one.includes("*")) };
}

/** What a way into a container comes to, and what it is not able to do. */
export function waySays(way: Way, container: TerminalContainer | undefined): string {
  if (way === "exec") return "A shell of its own in the container, beside what runs there.";
  if (way === "debug")
    return "A container with tools of its own, put into the pod beside this one; it sees its processes. It cannot be taken out again: it stays in the pod's description until the pod is gone.";
  if (container === undefined) return "The program the container was started with.";
  return container.stdin
    ? "The very program the container was started with: Ctrl-C and the end of input reach it, and may end the container."
    : "What the program writes from now on. It was started without a standard input, so nothing can be typed.";
}
