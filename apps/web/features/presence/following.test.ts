import { expect, test } from "vitest";
import { Following, type Place } from "./following.ts";

function stage() {
  const told: Place[] = [];
  const went: Place[] = [];
  const following = new Following({ tell: (place) => told.push(place) > 0, go: (place) => void went.push(place) });
  return { following, told, went };
}
const looks = (userId: string, place: Place) => ({ type: "looks" as const, userId, ...place });

test("goes where somebody goes, at once and later, and is not ended by getting there", () => {
  const { following, went } = stage();
  following.came({ documentId: "d" });
  following.heard(looks("ann", { terminalId: "t1" }));
  following.heard(looks("bob", { terminalId: "t9" }));
  expect(went).toEqual([]);
  following.follow("ann");
  following.came({ terminalId: "t1" });
  following.heard(looks("ann", { documentId: "d" }));
  following.came({ documentId: "d" });
  expect(went).toEqual([{ terminalId: "t1" }, { documentId: "d" }]);
  expect(following.followed.get()).toBe("ann");
});

test("going somewhere oneself ends it; somewhere that only they have moves nobody", () => {
  const { following, went } = stage();
  following.follow("ann");
  following.heard(looks("ann", { terminalId: "t1" }));
  following.came({ terminalId: "t1" });
  following.heard(looks("ann", {}));
  expect([went.length, following.followed.get()]).toEqual([1, "ann"]);
  following.came({ terminalId: "t2" });
  expect(following.followed.get()).toBeUndefined();
  following.heard(looks("ann", { documentId: "d" }));
  expect(went).toHaveLength(1);
});

test("tells where one is when it changes, and again after a reconnect", () => {
  const { following, told } = stage();
  following.came({ terminalId: "t" });
  following.came({ terminalId: "t" });
  following.reconnected();
  expect(told).toEqual([{ terminalId: "t" }, { terminalId: "t" }]);
});
