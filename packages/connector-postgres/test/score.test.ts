import { expect, test } from "vitest";
import { failureText } from "../score/report.ts";
import { score } from "../score/score.ts";

const LOCKS = "lock sets exactly right, row by row as in pg_locks";
/** In percent. In small the statements written by hand, which are the hard ones, are most of all; over the whole the bound is 99. */
const LOCKS_IN_SMALL = 97;

// The score in small; `npm run score:postgres` is the whole of it. Times are left out: a busy machine is no fault of the code.
test("what is said about statements is what a server does with them", { timeout: 600_000 }, async () => {
  const sizes = { cases: 160, perSchema: 20, races: 25, undos: 25, reduced: 1 };
  const { figures, failures } = await score({ seed: 4, ...sizes, only: ["impact", "races", "undo"] });
  const missed = figures.filter(({ name, value, ok }) => (name === LOCKS ? Number.parseFloat(value) < LOCKS_IN_SMALL : ok === false));
  const told = failures.slice(0, 5).map(failureText).join("\n\n");
  expect(missed, told).toEqual([]);
});
