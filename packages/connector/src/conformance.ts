import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { produce, withTarget } from "./conformance-run.ts";
import type { ConformanceCase, ConformanceSubject } from "./conformance-subject.ts";
import type { Target } from "./connector.ts";
import { TargetError } from "./target-error.ts";

export type { ConformanceCase, ConformanceSubject } from "./conformance-subject.ts";

/** Longest time from asking for a cancel to silence, in milliseconds. */
const QUIET_MS = 100;
const never = (): AbortSignal => new AbortController().signal;

/**
 * The rules every connector keeps, against a real target and free of any test runner: each case throws when its rule is broken. Cases share
 * the target and are run one after the other.
 */
export function conformance<Secret>(subject: ConformanceSubject<Secret>): ConformanceCase[] {
  const { connector, write } = subject;
  const open = <T>(work: (target: Target) => Promise<T>): Promise<T> => withTarget(subject, subject.secret, work);
  const on = (name: string, work: (target: Target) => Promise<void>): ConformanceCase => ({
    name,
    run: async () => {
      await subject.reset();
      await open(work);
      assert.equal(await subject.openRuns(), 0, "a session was left open");
    },
  });
  return [
    {
      name: "parse never throws, and garbage is unknown",
      run: async () => {
        for (const text of ["", " ", "\0", "\ud800", ...subject.garbage]) connector.parse(text);
        for (const text of subject.garbage) {
          const { statements, diagnostics } = connector.parse(text);
          assert.ok(diagnostics.length > 0, `no diagnostic for ${JSON.stringify(text)}`);
          assert.ok(
            statements.some((statement) => statement.effect === "unknown"),
            `garbage is not unknown: ${JSON.stringify(text)}`,
          );
        }
      },
    },
    {
      name: "parse names the place of each statement",
      run: async () => {
        const { statements } = connector.parse(subject.writeThenFail);
        assert.equal(statements.length, 2);
        for (const [index, statement] of statements.entries()) {
          assert.equal(statement.index, index);
          assert.equal(subject.writeThenFail.slice(statement.start, statement.end), statement.text);
        }
      },
    },
    {
      name: "a secret of the wrong shape is refused without being told",
      run: async () => {
        for (const secret of subject.badSecrets)
          assert.throws(
            () => connector.readSecret(secret),
            (error: Error) => !error.message.includes(subject.password),
          );
      },
    },
    on("it answers a ping", (target) => target.ping(never())),
    {
      name: "a target that is down is target_down, a refused credential wrong_password or target_auth; neither is told",
      run: async () => {
        for (const [secret, codes] of [
          [subject.downSecret, ["target_down"]],
          [subject.wrongSecret, ["wrong_password", "target_auth", "target_down"]],
        ] as const)
          await withTarget(subject, secret, async (target) => {
            await assert.rejects(target.ping(never()), (error: unknown) => {
              assert.ok(error instanceof TargetError && codes.includes(error.code as "target_down"), String(error));
              return !error.message.includes(subject.password);
            });
            const resolution = { database: "", role: "", targets: [], settings: {} };
            const { outcome } = await produce(target, subject.read, { request: { resolution } });
            assert.equal(outcome.state, "failed");
            assert.ok(codes.includes(outcome.error!.code as "target_down"), outcome.error!.code);
            assert.ok(!JSON.stringify(outcome).includes(subject.password));
          });
      },
    },
    on("impact changes nothing and names the written object", async (target) => {
      const impact = await target.impact(write.text, { signal: never(), exact: true });
      assert.ok(!["read", "session"].includes(impact.effect), impact.effect);
      assert.ok(impact.statements.some((statement) => statement.effects.some((effect) => effect.object === write.object)));
      assert.equal(await subject.written(), 0);
    }),
    on("impact of garbage is unknown", async (target) => {
      for (const text of subject.garbage) assert.equal((await target.impact(text, { signal: never(), exact: false })).effect, "unknown");
    }),
    on("a result is its columns, its rows, its end", async (target) => {
      const { outcome, events, columns, rows, truncated } = await produce(target, subject.read, { request: { access: "read" } });
      assert.equal(outcome.state, "succeeded");
      assert.deepEqual(outcome.affected, []);
      assert.equal(events[0], "columns 0");
      assert.equal(events.at(-1), "end 0");
      assert.ok(events.slice(1, -1).every((event) => event === "rows 0"));
      assert.ok(rows.length >= 10);
      assert.ok(rows.every((row) => row.length === columns[0]!.length));
      assert.deepEqual(truncated, [false]);
    }),
    on("at most rowCap rows are sent, and the cut is said", async (target) => {
      for (const rowCap of [1, 7, 1_000]) {
        const { outcome, rows, truncated } = await produce(target, subject.many, { request: { rowCap } });
        assert.equal(outcome.state, "succeeded");
        assert.equal(rows.length, rowCap);
        assert.deepEqual(truncated, [true]);
      }
    }),
    on("a sink that waits is waited for", async (target) => {
      let waiting = false;
      let most = 0;
      const { outcome, rows } = await produce(target, subject.many, {
        onRows: async (count) => {
          assert.ok(!waiting, "rows came while the sink was still busy");
          waiting = true;
          most = Math.max(most, count);
          await sleep(1);
          waiting = false;
        },
      });
      assert.equal(outcome.state, "succeeded");
      assert.ok(rows.length >= 100_000);
      assert.ok(most < rows.length);
    }),
    on("reading access cannot write", async (target) => {
      const { outcome } = await produce(target, write.text, { request: { access: "read" } });
      assert.equal(outcome.state, "failed");
      assert.equal(await subject.written(), 0);
    }),
    on("a write says what it affected", async (target) => {
      const { outcome } = await produce(target, write.text);
      assert.equal(outcome.state, "succeeded");
      const affected = outcome.affected.find((row) => row.object === write.object);
      assert.equal((affected?.inserted ?? 0) + (affected?.updated ?? 0) + (affected?.deleted ?? 0), write.rows);
      assert.equal(await subject.written(), 1);
    }),
    on("the guard lets through what was approved and undoes what is more", async (target) => {
      const guardOf = (rows: number) => ({ request: { guard: { approved: [{ object: write.object, rows }] } } });
      const more = await produce(target, write.text, guardOf(write.rows - 1));
      assert.equal(more.outcome.state, "rolled_back");
      assert.deepEqual(more.outcome.guard, [{ object: write.object, approved: write.rows - 1, actual: write.rows }]);
      assert.equal(await subject.written(), 0);
      const other = await produce(target, write.text, { request: { guard: { approved: [] } } });
      assert.equal(other.outcome.state, "rolled_back");
      assert.equal(await subject.written(), 0);
      const exact = await produce(target, write.text, guardOf(write.rows));
      assert.equal(exact.outcome.state, "succeeded");
      assert.equal(await subject.written(), 1);
    }),
    on("one failing statement undoes the command and is named", async (target) => {
      const { outcome } = await produce(target, subject.writeThenFail);
      assert.equal(outcome.state, "failed");
      assert.equal(outcome.error?.code, "statement_failed");
      assert.equal(outcome.error?.statement, 1);
      assert.deepEqual(outcome.affected, []);
      assert.equal(await subject.written(), 0);
    }),
    on("nothing runs when a name stands for something else by now", async (target) => {
      const resolution = await target.resolve(write.text, never());
      await subject.replaceTarget();
      const { outcome } = await produce(target, write.text, { request: { resolution } });
      assert.equal(outcome.state, "failed");
      assert.equal(outcome.error?.code, "targets_changed");
    }),
    on(`a cancel is obeyed within ${QUIET_MS} ms`, async (target) => {
      const took: number[] = [];
      // The best of a few: what else the machine does at one moment is not the connector's.
      for (let run = 0; run < 5 && Math.min(...took) >= QUIET_MS; run++) {
        const stop = new AbortController();
        let asked = 0;
        setTimeout(() => {
          asked = performance.now();
          stop.abort();
        }, 500);
        const { outcome } = await produce(target, subject.slow, { signal: stop.signal });
        took.push(performance.now() - asked);
        assert.equal(outcome.state, "cancelled");
        assert.equal(outcome.error?.code, "cancelled");
      }
      assert.ok(Math.min(...took) < QUIET_MS, `took ${took.join(", ")} ms`);
    }),
    on("what is cancelled before it begins does not begin", async (target) => {
      const resolution = await target.resolve(write.text, never());
      const { outcome } = await produce(target, write.text, { signal: AbortSignal.abort(), request: { resolution } });
      assert.equal(outcome.state, "cancelled");
      assert.equal(await subject.written(), 0);
    }),
    on("a statement ends when its time is over", async (target) => {
      const { outcome, tookMs } = await produce(target, subject.slow, { request: { timeoutMs: 300 } });
      assert.equal(outcome.state, "failed");
      assert.equal(outcome.error?.code, "statement_timeout");
      assert.ok(tookMs < 3_000);
    }),
    on("garbage is not run", async (target) => {
      const resolution = { database: "", role: "", targets: [], settings: {} };
      for (const text of [...subject.garbage, "", `${write.text}\0`]) {
        const { outcome } = await produce(target, text, { request: { resolution } });
        assert.equal(outcome.state, "failed", JSON.stringify(text));
      }
      assert.equal(await subject.written(), 0);
    }),
  ];
}
