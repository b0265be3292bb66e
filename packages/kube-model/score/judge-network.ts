import type { KubeObject } from "../src/json.ts";
import { smallestChange, type Opening, type Pair } from "../src/network/change.ts";
import { networkOutside, pointOfClass, relevanceOf } from "../src/network/classes.ts";
import { isExempt, type Point } from "../src/network/connection.ts";
import { resolveEnd } from "../src/network/ends.ts";
import { Network } from "../src/network/network.ts";
import { matrixOf } from "../src/network/matrix.ts";
import { hasPoint, pointOf, PROTOCOLS, type PortSet } from "../src/network/port-set.ts";
import { reachability } from "../src/network/reachability.ts";
import { connectionAllowed, type End, type Question } from "../test/network/documented.ts";
import { randomCluster } from "../test/network/random-cluster.ts";

/** What came of one cluster. */
export interface Judged {
  seed: number;
  questions: number;
  changes: number;
  /** Connections held against the other evaluator: of the matrix, and before and after changes. */
  compared: number;
  /** In words; empty where both say the same of everything. */
  faults: string[];
}

/** Changes of a cluster whose every connection is compared: the other evaluator walks over everything each time. */
const COMPARED = 1;
/** Both sides of the ends of what rules name. */
const PORTS = [1, 52, 53, 80, 81, 8080, 8081, 8443, 65_535];
const POINTS = PORTS.flatMap((port) => PROTOCOLS.map((protocol) => ({ port, protocol })));
/** Of these, so many are asked of each pair of ends, other ones of the next pair. */
const ASKED = 4;

function* turns(seed: number): Generator<typeof POINTS> {
  for (let at = seed; ; at += ASKED) yield Array.from({ length: ASKED }, (_, index) => POINTS[(at + index) % POINTS.length]!);
}

/**
 * Holds the model against the evaluator that was read off the documentation, on one cluster drawn by seed: each question, that a proposed
 * change opens what was asked, and that what it opens and closes besides is what the other finds between any two ends.
 */
export function judgeCluster(seed: number): Judged {
  const { objects, questions } = randomCluster(seed);
  const network = Network.of(objects);
  const faults: string[] = [];
  const points = turns(seed);
  const judged: Judged = { seed, questions: questions.length, changes: 0, compared: 0, faults };
  for (const question of questions) {
    const answer = reachability(network, question);
    const expected = connectionAllowed(objects, question.from, question.to, question.port, question.protocol);
    if ("unknown" in answer) {
      faults.push(`${textOf(question)}: ${answer.unknown}`);
      continue;
    }
    if (answer.allowed !== expected) faults.push(`${textOf(question)}: documented ${expected}, model ${answer.allowed}: ${answer.reason}`);
    if (answer.allowed || answer.change === undefined) continue;
    const opening = changeFor(network, question);
    if (opening === undefined) continue;
    judged.changes++;
    const after = changed(objects, opening);
    if (!connectionAllowed(after, question.from, question.to, question.port, question.protocol))
      faults.push(`${textOf(question)}: ${answer.change.title} does not open it`);
    if (judged.changes <= COMPARED)
      judged.compared += compareOpening(objects, after, network, opening, points, faults, answer.change.title);
  }
  judged.compared += compareMatrix(objects, network, points, faults);
  return judged;
}

const textOf = ({ from, to, port, protocol }: Question): string => `${endText(from)} -> ${endText(to)} ${port}/${protocol}`;
const endText = (end: End): string => ("ip" in end ? end.ip : `${end.namespace}/${end.pod}`);

function changeFor(network: Network, question: Question): Opening | undefined {
  const asked = { port: question.port, protocol: question.protocol };
  const pairs: Pair[] = resolveEnd(network, question.from, asked).meant.flatMap((from) =>
    resolveEnd(network, question.to, asked).meant.map((to) => ({ ...asked, from: from.point, to: to.point })),
  );
  return smallestChange(network, pairs);
}

/** The objects with those in place of theirs that a change writes. */
function changed(objects: readonly KubeObject[], { written }: Opening): KubeObject[] {
  const key = ({ apiVersion, kind, metadata }: KubeObject): string => `${apiVersion} ${kind} ${metadata.namespace ?? ""}/${metadata.name}`;
  const after = new Map(objects.map((one) => [key(one), one]));
  for (const { after: object } of written) after.set(key(object), object);
  return [...after.values()];
}

function compareOpening(
  before: readonly KubeObject[],
  after: readonly KubeObject[],
  network: Network,
  opening: Opening,
  points: Iterator<typeof POINTS>,
  faults: string[],
  title: string,
): number {
  const told = new Map<string, { opened: PortSet; closed: PortSet }>();
  for (const { from, to, opened, closed } of opening.difference) {
    for (const left of names(from)) for (const right of names(to)) told.set(`${left} ${right}`, { opened, closed });
  }
  const ends = endsOf(network, opening);
  let compared = 0;
  for (const one of ends) {
    for (const other of ends) {
      if ((!("pod" in one.point) && !("pod" in other.point)) || isExempt(one.point, other.point)) continue;
      const said = told.get(`${one.name} ${other.name}`);
      for (const { port, protocol } of points.next().value!) {
        const [was, will] = [before, after].map((objects) => connectionAllowed(objects, one.end, other.end, port, protocol));
        const at = pointOf(port, protocol);
        compared++;
        const opened = said !== undefined && hasPoint(said.opened, at);
        const closed = said !== undefined && hasPoint(said.closed, at);
        if (opened !== (!was && will) || closed !== (was && !will))
          faults.push(
            `${title}: ${one.name} -> ${other.name} ${port}/${protocol} documented ${was} then ${will}, told opened ${opened} closed ${closed}`,
          );
      }
    }
  }
  return compared;
}

interface JudgedEnd {
  name: string;
  point: Point;
  end: End;
}

/** Every pod that has a network, and an address of each class of those outside. */
function endsOf(network: Network, { network: after }: Opening): JudgedEnd[] {
  const pods = [...network.pods].filter(({ finished, waiting }) => !finished && !waiting);
  return [
    ...pods.map((pod) => ({ name: pod.id, point: { pod }, end: { namespace: pod.namespace, pod: pod.name } })),
    ...networkOutside(network, relevanceOf([...network.policies, ...after.policies])).map(({ address, text }) => ({
      name: text,
      point: { address },
      end: { ip: address.text },
    })),
  ];
}

const names = (end: Opening["difference"][number]["from"]): string[] => (end.kind === "pods" ? end.pods.map(({ id }) => id) : [end.text]);

/** The matrix of classes, pair by pair. */
function compareMatrix(objects: readonly KubeObject[], network: Network, points: Iterator<typeof POINTS>, faults: string[]): number {
  const { classes, ports } = matrixOf(network);
  let compared = 0;
  for (const [from, one] of classes.entries()) {
    for (const [to, other] of classes.entries()) {
      const [left, right] = [pointOfClass(one), pointOfClass(other)];
      if (isExempt(left, right) || isWaiting(left) || isWaiting(right)) continue;
      for (const { port, protocol } of points.next().value!) {
        compared++;
        const expected = connectionAllowed(objects, endAt(left), endAt(right), port, protocol);
        if (hasPoint(ports(from, to), pointOf(port, protocol)) !== expected)
          faults.push(`matrix: ${textOf({ from: endAt(left), to: endAt(right), port, protocol })}: documented ${expected}`);
      }
    }
  }
  return compared;
}

const isWaiting = (point: Point): boolean => "pod" in point && point.pod.waiting;
const endAt = (point: Point): End =>
  "pod" in point ? { namespace: point.pod.namespace, pod: point.pod.name } : { ip: point.address.text };
