/** Brings a checkout into a state in which everything runs: packages, generated database client, built pages. Does only what is missing. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fail, module, outsideEnvironment, pinnedNode, ROOT, run } from "./process.mjs";

const say = (line) => process.stdout.write(`${line}\n`);

/** `build`: also the pages. */
export async function setup({ build = false } = {}) {
  checkNode();
  await installPackages();
  await generateClient();
  if (build) await buildPages();
}

function checkNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major < 20 || (major === 20 && minor < 19)) fail(`Interlock needs Node 20.19 or newer to install; this is ${process.version}.`);
}

/** What npm wrote down of its last finished install is compared with the lock file, package by package. */
function isInstalled() {
  const done = join(ROOT, "node_modules", ".package-lock.json");
  if (!existsSync(done)) return false;
  const wanted = JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8")).packages;
  const present = JSON.parse(readFileSync(done, "utf8")).packages;
  return Object.entries(wanted).every(
    ([path, entry]) =>
      !path.includes("node_modules/") ||
      entry.optional ||
      entry.devOptional ||
      entry.peer ||
      entry.link ||
      present[path]?.version === entry.version,
  );
}

async function installPackages() {
  if (isInstalled()) return;
  say("Installing packages (once; a minute or two) …");
  const started = Date.now();
  const ticking = setInterval(() => say(`  still installing, ${Math.round((Date.now() - started) / 1000)} s`), 10_000);
  const environment = { ...outsideEnvironment(), NODE_ENV: "development" };
  delete environment.npm_config_omit;
  const args = ["ci", "--include=dev", "--include=optional", "--no-audit", "--no-fund"];
  // The npm that runs us, on the Node it runs on; a plain `node scripts/…` finds npm on the PATH.
  const npm = process.env.npm_execpath;
  const [command, before] = npm?.endsWith(".js") ? [outsideNode(), [npm]] : ["npm", []];
  const { code } = await run(command, [...before, ...args], { env: environment }).catch((error) => ({ code: error.message }));
  clearInterval(ticking);
  if (code !== 0) fail(`npm ci did not finish (${code}). The reason is above.`);
  say(`Packages installed in ${Math.round((Date.now() - started) / 1000)} s.`);
}

/** The Node outside node_modules: the one inside is about to be replaced while it would be running. */
function outsideNode() {
  const node = process.env.npm_node_execpath ?? process.execPath;
  return node.includes("node_modules") ? "node" : node;
}

async function generateClient() {
  const generated = join(ROOT, "packages/db/src/generated");
  const stamp = join(generated, ".stamp");
  const version = JSON.parse(readFileSync(module("prisma/package.json"), "utf8")).version;
  const hash = hashOf([join(ROOT, "prisma/schema.prisma"), join(ROOT, "prisma.config.ts")], version);
  if (existsSync(join(generated, "client.ts")) && readStamp(stamp) === hash) return;
  say("Generating the database client …");
  const node = pinnedNode();
  // Generation needs no schema engine, but Prisma looks for one and would download it; any file that exists will do.
  const env = { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: node, PRISMA_HIDE_UPDATE_MESSAGE: "1", CHECKPOINT_DISABLE: "1" };
  const { code, output } = await run(node, [module("prisma/build/index.js"), "generate"], { env, quiet: true });
  if (code !== 0) fail(`prisma generate failed:\n${output}`);
  writeFileSync(stamp, hash);
}

async function buildPages() {
  const web = join(ROOT, "apps/web");
  const stamp = join(web, ".next", "interlock-stamp");
  const sources = [
    ...filesIn(web).filter((path) => !/[\\/](test|e2e)[\\/]|\.test\.tsx?$|next-env\.d\.ts$/.test(path)),
    ...["protocol", "db", "audit"]
      .flatMap((name) => filesIn(join(ROOT, "packages", name, "src")))
      .filter((path) => !path.endsWith(".test.ts")),
    join(ROOT, "package-lock.json"),
  ];
  const hash = hashOf(sources, pinnedNode());
  if (existsSync(join(web, ".next", "BUILD_ID")) && readStamp(stamp) === hash) return;
  say("Building the pages …");
  const started = Date.now();
  const env = { ...process.env, NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1" };
  const { code, output } = await run(pinnedNode(), [module("next/dist/bin/next"), "build"], { cwd: web, env, quiet: true });
  if (code !== 0) fail(`next build failed:\n${output}`);
  writeFileSync(stamp, hash);
  say(`Pages built in ${Math.round((Date.now() - started) / 1000)} s.`);
}

function filesIn(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => !["node_modules", ".next", "generated"].includes(entry.name))
    .flatMap((entry) => (entry.isDirectory() ? filesIn(join(folder, entry.name)) : [join(folder, entry.name)]))
    .sort();
}

function hashOf(paths, salt) {
  const hash = createHash("sha256").update(salt);
  for (const path of paths) hash.update(`\0${path.slice(ROOT.length)}\0`).update(readFileSync(path));
  return hash.digest("hex");
}

const readStamp = (path) => (statSync(path, { throwIfNoEntry: false }) ? readFileSync(path, "utf8") : undefined);
