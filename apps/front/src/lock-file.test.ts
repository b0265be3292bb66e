import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ROOT } from "./config.ts";

interface Entry {
  version?: string;
  optionalDependencies?: Record<string, string>;
  resolved?: string;
  link?: boolean;
}

const { packages } = JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8")) as { packages: Record<string, Entry> };

// `npm ci` refuses a lock file that lacks a package some platform would want, and `npm install` on one platform likes to drop the others'.
test("the lock file has the packages of every platform, so that npm ci works on each", () => {
  const missing = Object.entries(packages).flatMap(([path, entry]) =>
    Object.entries(entry.optionalDependencies ?? {})
      .filter(([name, version]) => /^\d/.test(version) && !packages[`node_modules/${name}`] && !packages[`${path}/node_modules/${name}`])
      .map(([name, version]) => `${name}@${version}`),
  );
  expect(missing).toEqual([]);
});

test("the lock file names no registry: everybody installs from their own", () => {
  const named = Object.entries(packages).filter(([, entry]) => !entry.link && entry.resolved !== undefined);
  expect(named).toEqual([]);
});
