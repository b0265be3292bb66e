/** Gets an SSH server for the tests of terminals and scripts where root may install one; elsewhere those tests say that they were not run. */
import { chmodSync, existsSync, rmSync, writeFileSync } from "node:fs";
import { run } from "./process.mjs";

const SSHD = "/usr/sbin/sshd";
/** Debian asks this program whether an installed service may start; 101 is no (invoke-rc.d). */
const POLICY = "/usr/sbin/policy-rc.d";

export async function sshd() {
  if (existsSync(SSHD) || !existsSync("/etc/debian_version") || process.getuid?.() !== 0) return;
  process.stdout.write("Installing openssh-server from the distribution, without starting it …\n");
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const own = !existsSync(POLICY);
  if (own) {
    writeFileSync(POLICY, "#!/bin/sh\nexit 101\n");
    chmodSync(POLICY, 0o755);
  }
  try {
    await run("apt-get", ["update", "-qq"], { env });
    const { code } = await run("apt-get", ["install", "-y", "-qq", "--no-install-recommends", "openssh-server"], { env });
    if (code !== 0) process.stdout.write("openssh-server could not be installed; the reason is above.\n");
    // Installing enables it for the next start of the machine; the tests start their own.
    else if (existsSync("/run/systemd/system")) await run("systemctl", ["disable", "ssh.service", "ssh.socket"], { quiet: true });
  } finally {
    if (own) rmSync(POLICY, { force: true });
  }
}
