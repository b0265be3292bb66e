import type { Labels } from "../label-selector.ts";
import type { ProposedChange } from "./change.ts";
import type { SideExplanation } from "./explanation.ts";
import type { Direction } from "./policy.ts";

/** An end as it was found. */
export interface FoundEnd {
  /** `namespace/pod` or an address, as the explained connection has it. */
  name: string;
  namespace?: string;
  namespaceLabels?: Labels;
  labels?: Labels;
  /** Addresses of the pod, or the one asked for. */
  addresses: string[];
  workload?: string;
  service?: string;
}

/** Ends that no policy tells apart, for reading. */
export interface EndSummary {
  /** Absent: addresses outside the cluster. */
  namespace?: string;
  /** `app=web`, or the names of workloads or pods where they say more; a range of addresses. */
  what: string;
  /** How many pods. */
  pods: number;
  /** The first few of them. */
  names: string[];
}

/** Connections that a change opens or closes. */
export interface ConnectionSummary {
  from: EndSummary;
  to: EndSummary;
  /** `8443/TCP`, `8000-8010/TCP`, `every UDP port`, `every port`. */
  ports: string[];
  /** Pairs of pods, or of a pod and a range of addresses. */
  pairs: number;
}

export interface Answer {
  allowed: boolean;
  /** Where it is blocked, egress first. Absent, too, where policies are not what keeps it from being answered. */
  blockedAt?: Direction;
  /** `namespace/name` of the policies that decide: those that isolate where it is blocked, those that admit it where it is allowed. */
  policies: string[];
  /** In sentences. */
  reason: string;
  /** Whether this is so for sure; `notes` say what is not known or not defined. */
  certain: boolean;
  notes: string[];
  from: FoundEnd;
  to: FoundEnd;
  /** The port that is connected to at the explained destination: a Service may have sent it to another. */
  port: string;
  /** Egress of the source, then ingress of the destination; of the first connection that is blocked, or of the first one. */
  sides: SideExplanation[];
  /** Every pod that is meant, where there are several. */
  connections: { from: string; to: string; port: string; allowed: boolean; blockedAt?: Direction }[];
  /** How many there are; the list has the first of them, blocked ones before others. */
  connectionCount: number;
  /** How many policies there are in all. */
  policyCount: number;
  /** The smallest change that opens it. Absent where it is open or nothing opens it. */
  change?: ProposedChange;
  /** What else that change opens, without what was asked. */
  opens?: ConnectionSummary[];
  /** How many pairs that are. */
  opensCount?: number;
  /** What that change closes: labels can bring pods under policies of others. */
  closes?: ConnectionSummary[];
  closesCount?: number;
}

/** A name that is not there: nothing can be answered. */
export interface Unanswerable {
  unknown: string;
}
