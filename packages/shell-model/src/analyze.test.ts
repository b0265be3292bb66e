import { EFFECTS, type Effect } from "@interlock/protocol";
import { describe, expect, test } from "vitest";
import { analyzeShell } from "./analyze.ts";
import { EVASIONS } from "./evasions.data.ts";
import type { ShellLine } from "./line.ts";
import { ORDINARY } from "./ordinary.data.ts";

const rank = (effect: Effect): number => EFFECTS.indexOf(effect);

function strongest(text: string, interactive = true): Effect {
  return EFFECTS[Math.max(0, ...analyzeShell(text, { interactive }).lines.map((line) => rank(line.effect)))]!;
}

function only(text: string): ShellLine {
  const { lines } = analyzeShell(text);
  expect(lines).toHaveLength(1);
  return lines[0]!;
}

test("I3: what is not known is never read: every evasion says at least its effect", () => {
  const missed = EVASIONS.filter(([least, text]) => rank(strongest(text)) < rank(least));
  expect(missed).toEqual([]);
  expect(new Set(EVASIONS.map(([, text]) => text)).size).toBeGreaterThanOrEqual(450);
});

test("what people on call type has the very effect it has", () => {
  const wrong = ORDINARY.flatMap(([effect, text]) => (strongest(text) === effect ? [] : [{ text, effect, said: strongest(text) }]));
  expect(wrong).toEqual([]);
  expect(new Set(ORDINARY.map(([, text]) => text)).size).toBeGreaterThanOrEqual(450);
});

describe("lines", () => {
  test("are what a shell reads together, with their places in the text", () => {
    const text = "ls -l; date # now\n\n# nothing\nif true; then\n  rm x\nfi\ncat <<E | wc\nhi\nE\ndf";
    const { lines, diagnostics } = analyzeShell(text);
    expect(diagnostics).toEqual([]);
    expect(lines.map((line) => line.text)).toEqual(["ls -l; date", "if true; then\n  rm x\nfi", "cat <<E | wc\nhi\nE", "df"]);
    for (const line of lines) {
      expect(text.slice(line.start, line.end)).toBe(line.text);
      for (const at of [...line.reasons, ...line.objects, ...line.risks]) {
        expect(at.start).toBeGreaterThanOrEqual(line.start);
        expect(at.end).toBeLessThanOrEqual(line.end);
      }
    }
    expect(lines.map((line) => line.index)).toEqual([0, 1, 2, 3]);
    expect(lines.map((line) => line.effect)).toEqual(["read", "delete", "read", "read"]);
  });

  test("two commands and a here-document on one line are one line", () => {
    const { lines } = analyzeShell("cat <<A; cat <<B\n1\nA\n2\nB\nls");
    expect(lines.map((line) => line.text)).toEqual(["cat <<A; cat <<B\n1\nA\n2\nB", "ls"]);
  });

  test("before one that cannot be read stand; it and what follows are unknown", () => {
    const { lines, diagnostics } = analyzeShell("ls\nrm x\nif true; then\nls");
    expect(lines.map((line) => [line.text, line.effect])).toEqual([
      ["ls", "read"],
      ["rm x", "delete"],
      ["if true; then\nls", "unknown"],
    ]);
    expect(diagnostics.map((one) => one.code)).toEqual(["syntax"]);
    expect(lines[2]!.opaque).toBeDefined();
  });

  test("of no text there are none", () => {
    for (const text of ["", " \n\t\n", "# only a comment", "\n"]) expect(analyzeShell(text)).toEqual({ lines: [], diagnostics: [] });
  });

  test("that decide are underlined at what decided", () => {
    const text = "ls /tmp && rm -rf /var/lib/app";
    const line = only(text);
    expect(text.slice(line.reasons[0]!.start, line.reasons[0]!.end)).toBe("rm -rf /var/lib/app");
    expect(line.objects).toContainEqual({ effect: "delete", object: "/var/lib/app", kind: "path", start: 18, end: 30 });
  });
});

describe("the first line", () => {
  test.each(["#!/bin/sh\nls", "#!/bin/bash -eu\nls", "#!/usr/bin/env bash\nls", "# no interpreter\nls", "#! /bin/dash\nls"])(
    "%s is of a shell",
    (text) => {
      expect(analyzeShell(text)).toMatchObject({ diagnostics: [], lines: [{ text: "ls", effect: "read" }] });
    },
  );
  test.each([
    "#!/usr/bin/python3\nls",
    "#!/usr/bin/env -S bash -c\nls",
    "#!/bin/bash -c\nls",
    "#!/tmp/sh\nls",
    "#!\nls",
    "#!/usr/bin/env perl",
  ])("%s is not", (text) => {
    const { lines, diagnostics } = analyzeShell(text);
    expect(lines).toMatchObject([{ text, effect: "unknown" }]);
    expect(diagnostics.map((one) => one.code)).toEqual(["interpreter"]);
  });
});

describe("what is given along", () => {
  test("aliases the shell has are followed", () => {
    expect(analyzeShell("ls x", { aliases: { ls: "rm -rf" } }).lines).toMatchObject([
      { effect: "delete", title: "Deletes x and everything below" },
    ]);
    expect(analyzeShell("ll", { aliases: { ll: "ls -l" } }).lines).toMatchObject([{ effect: "read" }]);
    expect(analyzeShell("\\ls x", { aliases: { ls: "rm -rf" } }).lines).toMatchObject([{ effect: "read" }]);
  });
  test("history is expanded at a prompt only", () => {
    const text = 'echo "done!now"';
    expect(analyzeShell(text).lines).toMatchObject([{ effect: "read" }]);
    expect(analyzeShell(text, { interactive: true })).toMatchObject({
      lines: [{ effect: "unknown" }],
      diagnostics: [{ code: "history_expansion", start: 10, end: 12 }],
    });
  });
});

describe("titles", () => {
  test.each([
    ["rm -rf /var/lib/app", "Deletes /var/lib/app and everything below"],
    ["rm a b c d", "Deletes a, b and 2 more"],
    ["systemctl restart nginx", "Restarts nginx"],
    ["sudo systemctl stop nginx", "Stops nginx, as root"],
    ["sudo -u postgres rm x", "Deletes x, as postgres"],
    ["> /var/log/app.log", "Empties /var/log/app.log"],
    ["tar xzf a.tgz -C /srv", "Unpacks a.tgz into /srv, over what is there"],
    ["kubectl delete pod web-1", "Deletes pod web-1"],
    ["df -h", "Shows how full file systems are"],
    ["apt-get install -y htop", "Installs htop"],
    ["ls", "Lists this folder"],
    ["rm a; rm b; rm c", "Deletes a, and 2 more"],
    ["true", "Does nothing"],
    ["rm -r /etc/nginx", "Deletes /etc/nginx: configuration of the host"],
    ["echo x >> /etc/hosts", "Adds to /etc/hosts: configuration of the host"],
    ["kill -9 -- 123", "Ends or signals 123"],
    ["xz -dc a.xz", "xz only reads"],
    ["find . -exec rm {} +", "Deletes what is found"],
  ])("%s", (text, title) => {
    expect(only(text).title).toBe(title);
  });

  test("are short, however long the line", () => {
    expect(only(`rm ${"x".repeat(5000)}`).title.length).toBeLessThan(200);
    expect(only(`rm ${Array.from({ length: 900 }, (_, i) => `f${i}`).join(" ")}`).title.length).toBeLessThan(200);
  });
});

describe("marks", () => {
  test.each([
    "tail -f x",
    "tail -F x",
    "watch df",
    "journalctl -f",
    "ping h",
    "top",
    "vmstat 1",
    "tcpdump -i eth0",
    "yes",
    "docker logs -f c",
    "kubectl get po -w",
    "while true; do date; done",
    "dmesg -w",
    "less +F x",
  ])("%s goes on", (text) => expect(only(text).follows).toBe(true));
  test.each([
    "tail x",
    "ping -c 3 h",
    "journalctl -u x",
    "vmstat 1 5",
    "top -b -n1",
    "tcpdump -c 5",
    "docker logs c",
    "while read l; do echo; done < f",
  ])("%s ends", (text) => expect(only(text).follows).toBeUndefined());
  test.each([
    "vim x",
    "top",
    "less x",
    "ssh h",
    "sudo -u x vim y",
    "man ls",
    "crontab -e",
    "bash",
    "psql",
    "visudo",
    "docker exec -it c sh",
    "ls | less",
  ])("%s wants a terminal", (text) => expect(only(text).needsTty).toBeDefined());
  test.each(["ls", "top -b -n 1", "ssh -V", "psql -l", "cat x | grep y"])("%s wants none", (text) =>
    expect(only(text).needsTty).toBeUndefined(),
  );
  test.each([
    "reboot",
    "sudo shutdown -r now",
    "systemctl poweroff",
    "init 6",
    "echo b > /proc/sysrq-trigger",
    "systemctl rescue",
    "telinit 0",
  ])("%s stops the host", (text) => {
    expect(only(text)).toMatchObject({ changesHost: true, effect: "privilege" });
    expect(only(text).risks.map((risk) => risk.code)).toContain("host_stops");
  });
  test("who it runs as, without another effect", () => {
    expect(only("sudo cat /var/log/syslog")).toMatchObject({ effect: "read", runsAs: "root" });
    expect(only("sudo -u app ls")).toMatchObject({ runsAs: "app" });
    expect(only("su -c 'rm x' app")).toMatchObject({ effect: "delete", runsAs: "app" });
    expect(only("ls").runsAs).toBeUndefined();
  });
});

describe("risks", () => {
  const cases: [string, string][] = [
    ["rm -rf /", "delete_root"],
    ["rm -rf /*", "delete_root"],
    ["rm -rf //", "delete_root"],
    ["rm -rf /../", "delete_root"],
    ["rm -rf --no-preserve-root /", "delete_root"],
    ["sudo rm -rf /etc", "delete_system"],
    ["rm -rf /var/lib/*", "delete_system"],
    ["rm -rf ~", "delete_everything_here"],
    ["rm -rf *", "delete_everything_here"],
    ["rm -rf .", "delete_everything_here"],
    ['rm -rf "$DIR"/*', "empty_variable"],
    ["rm -rf $DIR/", "empty_variable"],
    ["rm -rf /$DIR", "empty_variable"],
    ["rm -rf ${DIR}/lib", "empty_variable"],
    ["rm -rf /var/$DIR", "empty_variable"],
    ["rm -rf $(cat dir)/*", "empty_variable"],
    ["mv $DIR/* /tmp", "empty_variable"],
    ["chmod -R 777 /srv", "open_to_all"],
    ["chmod o+w f", "open_to_all"],
    ["chmod -R 755 /", "delete_system"],
    ["chown -R app /", "delete_system"],
    ["dd if=/dev/zero of=/dev/sda", "device_write"],
    ["cat x > /dev/vda1", "device_write"],
    ["kill -9 -1", "kill_all"],
    ["kill 1", "kill_all"],
    ["curl http://x | sh", "pipe_to_shell"],
    ["curl http://x | sudo bash", "pipe_to_shell"],
    ["sort f > f", "same_file"],
    ["mkfs.xfs /dev/sdb1", "new_filesystem"],
    ["wipefs -a /dev/sdb", "new_filesystem"],
    ["mysql -psecret", "secret_on_command_line"],
    ["PGPASSWORD=x psql -l", "secret_on_command_line"],
    ["curl -u a:b http://x", "secret_on_command_line"],
    ["curl -H 'Authorization: Bearer x' http://x", "secret_on_command_line"],
    ["sshpass -px ssh h", "secret_on_command_line"],
    ["cat /etc/shadow", "secret_read"],
    ["cat ~/.ssh/id_rsa", "secret_read"],
    [":(){ :|:& };:", "fork_bomb"],
    ["f(){ f|f& }; f", "fork_bomb"],
    ["iptables -F", "lockout"],
    ["ip link set eth0 down", "lockout"],
    ["rm -rf ∕tmp", "look_alike"],
    ["history -c", "no_trace"],
    ["reboot", "host_stops"],
  ];
  test.each(cases)("%s: %s", (text, code) => {
    expect(only(text).risks.map((risk) => risk.code)).toContain(code);
  });
  test.each([
    "rm -rf /tmp/build",
    'DIR=/srv/app; rm -rf "$DIR"/*',
    'rm -rf "${DIR:?}"/*',
    "rm -rf /srv/app/$DIR",
    "rm -rf $HOME/x",
    "chmod 644 f",
    "chmod u+w f",
    "chmod 750 f",
    "kill -9 123",
    "sort f > g",
    "curl http://x | jq .",
    "cat ~/.ssh/id_rsa.pub",
    "echo > /dev/null",
    "PGPASSWORD=$PW psql -l",
    "mysql -p",
    "f(){ ls; }; f",
  ])("%s: none", (text) => {
    expect(only(text).risks).toEqual([]);
  });
  test("a secret is not said again", () => {
    for (const text of [
      "mysql -phunter2 -e x",
      "PGPASSWORD=hunter2 ls",
      "curl -u a:hunter2 http://x",
      "sshpass -p hunter2 ssh h",
      "redis-cli -a hunter2 ping",
    ]) {
      const { title, reasons, risks, objects } = only(text);
      expect(JSON.stringify({ title, reasons, risks, objects })).not.toContain("hunter2");
    }
  });
});
