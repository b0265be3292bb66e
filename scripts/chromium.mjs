/** Finds a Chromium for the end-to-end tests, or gets one. */
import { existsSync, readFileSync } from "node:fs";
import { fail, module, pinnedNode, run } from "./process.mjs";

const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** Path of a browser that really starts; ends the process with one line when there is none to be had. */
export async function chromium() {
  const found = await installed();
  if (found) return found;
  const debian = existsSync("/etc/debian_version") && process.getuid?.() === 0;
  if (debian) {
    process.stdout.write("Installing Chromium from the distribution …\n");
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    await run("apt-get", ["update", "-qq"], { env });
    await run("apt-get", ["install", "-y", "-qq", "--no-install-recommends", "chromium"], { env });
    const path = await installed();
    if (path) return path;
  }
  process.stdout.write("Installing Playwright's Chromium …\n");
  await run(pinnedNode(), [module("@playwright/test/cli.js"), "install", ...(debian ? ["--with-deps"] : []), "chromium"]);
  return (await installed()) ?? fail("No Chromium: install one (Debian: apt-get install chromium) or set CHROMIUM_PATH to its executable.");
}

async function installed() {
  const own = await run(pinnedNode(), ["-p", `require(${JSON.stringify(module("playwright-core"))}).chromium.executablePath()`], {
    quiet: true,
  });
  for (const path of [process.env.CHROMIUM_PATH, ...PLACES, own.output.trim()])
    if (path && existsSync(path) && !isStub(path)) {
      const { code } = await run(path, ["--version"], { quiet: true }).catch(() => ({ code: 1 }));
      if (code === 0) return path;
    }
  return undefined;
}

/** Ubuntu's /usr/bin/chromium-browser is a script that asks for a snap. */
function isStub(path) {
  const start = readFileSync(path).subarray(0, 4096).toString("latin1");
  return start.startsWith("#!") && start.includes("snap");
}
