import { z } from "zod";
import { plainLine } from "./plain-text.ts";

const Name = plainLine(253);

const Port = z.number().int().min(1).max(65_535);

/**
 * One end of a connection. `pod` may be a workload's name (Deployment, StatefulSet …): its pods are meant, all of them. `service` is a
 * Service: every pod behind it is asked about, at the port it sends to. `ip` is an address, of IPv4 or IPv6.
 */
export const ReachEnd = z.union([
  z.strictObject({ namespace: Name, pod: Name }),
  z.strictObject({ namespace: Name, service: Name }),
  z.strictObject({ ip: plainLine(45) }),
]);
export type ReachEnd = z.infer<typeof ReachEnd>;

/** An end as people write it: `namespace/pod`, `namespace/svc/name`, or an address. */
export function reachEndText(end: ReachEnd): string {
  if ("ip" in end) return end.ip;
  return "pod" in end ? `${end.namespace}/${end.pod}` : `${end.namespace}/svc/${end.service}`;
}

export const ReachProtocol = z.enum(["TCP", "UDP", "SCTP"]);

/** Whether a connection is let through by the NetworkPolicies of a cluster. */
export const ReachQuestion = z.object({ from: ReachEnd, to: ReachEnd, port: Port, protocol: ReachProtocol.default("TCP") });
export type ReachQuestion = z.infer<typeof ReachQuestion>;

export const ReachDirection = z.enum(["egress", "ingress"]);

/** One peer of a rule, as it is written, and why it does or does not mean the other end. */
const ReachPeer = z.object({ peer: z.string(), matches: z.boolean(), why: z.string() });

const ReachRule = z.object({
  /** From 1, in the order of the policy. */
  rule: z.number().int().positive(),
  admits: z.boolean(),
  /** It lists the port, for whichever peer. */
  portAdmitted: z.boolean(),
  /** It means the other end, on whichever port. */
  peerAdmitted: z.boolean(),
  /** Goes on after `rule 1`: `admits it`, or `wants namespaceSelector env=prod; ops-utils has no label env`. */
  why: z.string(),
  /** Empty: it means everybody. */
  peers: z.array(ReachPeer),
});

/** What the policies of one end say. */
export const ReachSide = z.object({
  direction: ReachDirection,
  /** Whose policies are asked: `namespace/pod`, or an address. */
  end: z.string(),
  /** A policy restricts it in this direction; without one everything is allowed. */
  isolated: z.boolean(),
  allowed: z.boolean(),
  /** A sentence without its full stop. */
  why: z.string(),
  /** Those that isolate it: any rule of any of them is enough. */
  policies: z.array(z.object({ policy: z.string(), admits: z.boolean(), rules: z.array(ReachRule) })),
});
export type ReachSide = z.infer<typeof ReachSide>;

/** An end as it was found: the first connection's that is blocked, where an end stands for several pods. */
export const ReachFound = z.object({
  /** `namespace/pod`, or an address. */
  name: z.string(),
  namespace: z.string().optional(),
  namespaceLabels: z.record(z.string(), z.string()).optional(),
  labels: z.record(z.string(), z.string()).optional(),
  addresses: z.array(z.string()),
  /** `namespace/name` of what made the pod. */
  workload: z.string().optional(),
  /** `namespace/name` of the Service that was asked for, by its name or its address. */
  service: z.string().optional(),
});
export type ReachFound = z.infer<typeof ReachFound>;

/** Ends that no policy tells apart. */
const ReachEnds = z.object({
  /** Absent: addresses outside the cluster. */
  namespace: z.string().optional(),
  /** Names of workloads or pods, labels they share, or a range of addresses. */
  what: z.string(),
  pods: z.number().int().nonnegative(),
  /** Names of the first few pods. */
  names: z.array(z.string()),
});

/** Connections between two classes of ends that appear or vanish. */
export const ReachConnections = z.object({
  from: ReachEnds,
  to: ReachEnds,
  /** `8443/TCP`, `8000-8010/TCP`, `every UDP port`, `every port`. */
  ports: z.array(z.string()),
  /** How many pairs of pods, or of a pod and a range of addresses. */
  pairs: z.number().int().positive(),
});
export type ReachConnections = z.infer<typeof ReachConnections>;

/** A change that opens the connection, as people read it and as an ordinary command does it. */
export const ReachChange = z.object({
  /** e.g. `Label namespace ops-utils with env=prod`. */
  title: z.string(),
  /** Lines of `kubectl` that make it; propose them as a command, with `files` for what they read. */
  command: z.string(),
  files: z.record(z.string(), z.string()),
  /** How many values it writes or takes away: 1 for a label. */
  edits: z.number().int().positive(),
  objects: z.array(
    z.object({
      /** `<group/version> <Kind> <namespace>/<name>`. */
      object: z.string(),
      /** YAML of the part that matters; absent where the object is new. */
      before: z.string().optional(),
      after: z.string(),
      /** `before` and `after` line by line: each line begins with ` `, `-` or `+`. */
      diff: z.string(),
      /** What the change brings along, e.g. that pods restart. */
      note: z.string().optional(),
    }),
  ),
});
export type ReachChange = z.infer<typeof ReachChange>;

/** Whether a connection is let through, why, and what would. */
export const Reachability = z.object({
  /** Every pod that is meant can be reached from every pod that is meant. What is not known for sure is not allowed. */
  allowed: z.boolean(),
  /** Where it is blocked; egress where both sides block it. Absent, too, where something else than a policy keeps it from being answered. */
  blockedAt: ReachDirection.optional(),
  /** `namespace/name` of the policies that decide: those that isolate the side that blocks, or those that admit it. */
  policies: z.array(z.string()),
  /** In sentences, for people. */
  reason: z.string(),
  /** False where the answer rests on something that is not known or not defined, as `notes` say. */
  certain: z.boolean(),
  /** What people should know besides: what a Service stands for, what could not be read, what the specification leaves open. */
  notes: z.array(z.string()),
  from: ReachFound,
  to: ReachFound,
  /** The port connected to at `to`, e.g. `8443/TCP`: a Service may send to another than was asked for. */
  port: z.string(),
  /** Egress of the source and ingress of the destination, of the first connection that is blocked or else the first. */
  sides: z.array(ReachSide),
  /** Where ends stand for several pods: each connection, blocked ones first, the first hundred of `connectionCount`. */
  connections: z.array(
    z.object({ from: z.string(), to: z.string(), port: z.string(), allowed: z.boolean(), blockedAt: ReachDirection.optional() }),
  ),
  connectionCount: z.number().int().nonnegative(),
  /** Policies that were looked at, of the whole cluster. */
  policyCount: z.number().int().nonnegative(),
  /** The smallest change that opens it: absent where it is open, or where no change of labels or policies opens it. */
  change: ReachChange.optional(),
  /** What else that change opens, without what was asked about: the first hundred entries, most pairs first. */
  opens: z.array(ReachConnections).optional(),
  /** How many pairs that are in all. */
  opensCount: z.number().int().nonnegative().optional(),
  /** What the change closes: a label may bring pods under policies of others. Absent where it closes nothing. */
  closes: z.array(ReachConnections).optional(),
  closesCount: z.number().int().nonnegative().optional(),
});
export type Reachability = z.infer<typeof Reachability>;
