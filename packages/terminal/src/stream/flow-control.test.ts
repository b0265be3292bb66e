import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FlowControl, type FlowAction, type FlowLimits } from "./flow-control.ts";

const LIMITS: FlowLimits = { high: 100, low: 20, watcher: 300, silentMs: 1000 };

function driven(): FlowControl {
  const flow = new FlowControl(LIMITS);
  flow.join("ada", 0);
  flow.join("bob", 0);
  flow.drive("ada", 0);
  return flow;
}

describe("flow control", () => {
  it("pauses the source for its driver between the two marks", () => {
    const flow = driven();
    expect(flow.appended(100, 0)).toEqual([]);
    expect(flow.appended(101, 0)).toEqual([{ do: "pause" }]);
    expect(flow.appended(120, 0)).toEqual([]);
    expect(flow.acknowledged("ada", 90, 0)).toEqual([]);
    expect(flow.acknowledged("ada", 101, 0)).toEqual([{ do: "resume" }]);
  });

  it("never pauses for a watcher, who is left behind and comes back with a key frame", () => {
    const flow = driven();
    flow.acknowledged("ada", 0, 0);
    for (let end = 50; end <= 300; end += 50) {
      expect(flow.appended(end, 0)).toEqual([]);
      flow.acknowledged("ada", end, 0);
    }
    expect(flow.appended(350, 0)).toEqual([{ do: "demote", viewer: "bob" }]);
    flow.acknowledged("ada", 350, 0);
    expect(flow.live).toEqual(["ada"]);
    flow.appended(400, 0);
    expect(flow.acknowledged("bob", 200, 0)).toEqual([]);
    expect(flow.acknowledged("bob", 350, 0)).toEqual([{ do: "resync", viewer: "bob" }]);
    expect(flow.appended(410, 0)).toEqual([]);
    expect(flow.resynced("bob", 405, 0)).toEqual([]);
    expect(flow.isLive("bob")).toBe(true);
  });

  it("goes on without a driver who says nothing, and tells", () => {
    const flow = driven();
    expect(flow.appended(150, 10)).toEqual([{ do: "pause" }]);
    expect(flow.tick(1009)).toEqual([]);
    expect(flow.tick(1010)).toEqual([{ do: "silent", viewer: "ada" }, { do: "resume" }]);
    expect(flow.appended(301, 1020)).toEqual([
      { do: "demote", viewer: "ada" },
      { do: "demote", viewer: "bob" },
    ]);
    expect(flow.acknowledged("ada", 301, 1030)).toEqual([
      { do: "heard", viewer: "ada" },
      { do: "resync", viewer: "ada" },
    ]);
    flow.appended(600, 1040);
    expect(flow.resynced("ada", 550, 1050)).toEqual([]);
    expect(flow.appended(651, 1060)).toEqual([{ do: "pause" }]);
  });

  it("waits for each pause anew", () => {
    const flow = driven();
    flow.appended(150, 0);
    flow.acknowledged("ada", 60, 900);
    expect(flow.tick(1800)).toEqual([]);
    expect(flow.tick(2000)).toEqual([{ do: "silent", viewer: "ada" }, { do: "resume" }]);
  });

  it("goes on when its driver leaves or gives the terminal away", () => {
    const flow = driven();
    flow.appended(150, 0);
    expect(flow.leave("ada", 0)).toEqual([{ do: "resume" }]);
    expect(flow.drive("bob", 0)).toEqual([{ do: "pause" }]);
    expect(flow.drive(undefined, 0)).toEqual([{ do: "resume" }]);
    expect(() => flow.drive("nobody", 0)).toThrow(RangeError);
  });

  it("believes no offset that was not sent, and none twice", () => {
    const flow = driven();
    flow.appended(150, 0);
    for (const offset of [151, 1e12, -1, Number.NaN, 0]) expect(flow.acknowledged("ada", offset, 0)).toEqual([]);
    expect(flow.acknowledged("nobody", 150, 0)).toEqual([]);
    expect(flow.paused).toBe(true);
  });

  it("holds its bounds whatever happens", () =>
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(
            fc.constantFrom("append", "ack", "drive", "leave", "join", "tick", "resync"),
            fc.constantFrom("a", "b", "c"),
            fc.nat(120),
          ),
          { maxLength: 120 },
        ),
        (steps) => {
          const flow = new FlowControl(LIMITS);
          const acknowledged = new Map<string, number>();
          let [end, now, running] = [0, 0, true];
          const obey = (actions: FlowAction[]): void => {
            for (const action of actions) {
              if (action.do === "pause" || action.do === "resume") {
                expect(running).toBe(action.do === "pause");
                running = action.do === "resume";
              }
            }
          };
          for (const [step, who, count] of steps) {
            now += count;
            if (step === "append") obey(flow.appended((end += count), now));
            else if (step === "ack" && acknowledged.has(who)) {
              const offset = (acknowledged.get(who) ?? 0) + count;
              if (offset <= end) acknowledged.set(who, offset);
              obey(flow.acknowledged(who, offset, now));
            } else if (step === "join") {
              flow.join(who, end);
              acknowledged.set(who, end);
            } else if (step === "leave") {
              obey(flow.leave(who, now));
              acknowledged.delete(who);
            } else if (step === "drive" && acknowledged.has(who)) obey(flow.drive(who, now));
            else if (step === "resync") obey(flow.resynced(who, end, now));
            else obey(flow.tick(now));
            expect(flow.paused).toBe(!running);
            if (flow.driver === undefined) expect(running).toBe(true);
          }
          // Whoever is paused for goes on after the time a policy gives, come what may.
          obey(flow.tick((now += LIMITS.silentMs)));
          obey(flow.tick((now += LIMITS.silentMs)));
          expect(running).toBe(true);
        },
      ),
      { numRuns: 500 },
    ));
});
