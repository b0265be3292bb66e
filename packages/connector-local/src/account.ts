import { readFile } from "node:fs/promises";
import { userInfo } from "node:os";

/** An account of this machine. */
export interface Account {
  name: string;
  uid: number;
  gid: number;
  home: string;
  shell: string;
}

/** By its name; undefined where this machine has none (or knows it from elsewhere than /etc/passwd and it is not the agent's own). */
export async function accountNamed(name: string): Promise<Account | undefined> {
  const own = ownAccount();
  if (own.name === name) return own;
  const text = await readFile("/etc/passwd", "utf8").catch(() => "");
  const fields = text
    .split("\n")
    .map((line) => line.split(":"))
    .find(([first]) => first === name);
  if (fields === undefined) return undefined;
  const [, , uid = "", gid = "", , home = "/", shell = ""] = fields;
  return { name, uid: Number(uid), gid: Number(gid), home, shell: shell === "" ? "/bin/sh" : shell };
}

export function ownAccount(): Account {
  const { username, uid, gid, homedir, shell } = userInfo();
  return { name: username, uid, gid, home: homedir, shell: shell ?? "/bin/sh" };
}
