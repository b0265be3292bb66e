import { expect, it } from "vitest";
import { impactOf } from "./impact.ts";
import { parse } from "./parse.ts";
import { interpreterOf, startCommand, unrunnable } from "./script.ts";
import { readSshSecret } from "./secret.ts";

const hop = readSshSecret({ host: "web-1", user: "deploy", auth: { kind: "password", password: "x" } });
const impact = (text: string) => impactOf(text, hop, [{ algorithm: "ssh-ed25519", key: "AAAA" }], performance.now());

it("says of each line what it does, and where it stands", () => {
  const text = "#!/bin/bash -eu\n# tidy up\nuptime\nrm -rf /srv/old\n";
  const { statements, diagnostics } = parse(text);
  expect(diagnostics).toEqual([]);
  expect(statements.map(({ index, effect, text: line }) => [index, effect, line])).toEqual([
    [0, "read", "uptime"],
    [1, "delete", "rm -rf /srv/old"],
  ]);
  for (const { start, end, text: line } of statements) expect(text.slice(start, end)).toBe(line);
  expect(impact(text)).toMatchObject({ effect: "delete", complete: false, warnings: [] });
  expect(impact(text).statements[1]!.effects).toMatchObject([{ effect: "delete", object: "/srv/old", kind: "path" }]);
});

it("takes for reading only what is known to read, to the last line", () => {
  expect(impact("uptime\ndf -h")).toMatchObject({ effect: "read", complete: true });
  for (const text of [
    'uptime\neval "$x"',
    "uptime\n$CMD",
    "if then fi (",
    "uptime\necho 'open",
    "#!/usr/bin/env python3\nprint(1)",
    "#!/bin/bash -c\nuptime",
    "#!/usr/bin/env -S bash\nuptime",
    "#!/bin/zsh\nuptime",
    "",
    "# nothing",
    "uptime\0",
    "uptime\ud800",
  ])
    expect([text, impact(text).effect, impact(text).complete]).toEqual([text, "unknown", false]);
});

it("marks what is wrong with a text, and throws for none", () => {
  for (const text of ["echo 'open", "if then fi (", "uptime\0", "#!/bin/sh\r\nuptime", " "])
    expect([text, parse(text).diagnostics.map(({ severity }) => severity)]).toEqual([text, expect.arrayContaining(["error"])]);
  expect(parse("tail -f /var/log/syslog").statements[0]).toMatchObject({ follows: true });
});

it("says that a host whose key nobody approved runs nothing", () => {
  expect(impactOf("uptime", hop, [], performance.now()).warnings).toEqual([expect.stringMatching(/key of web-1 is not approved/)]);
});

it("reads the first line as Linux does", () => {
  expect(interpreterOf("uptime", "bash")).toEqual(["bash"]);
  expect(interpreterOf("#!/bin/sh\nx", "bash")).toEqual(["/bin/sh"]);
  expect(interpreterOf("#!  /usr/bin/env   -S a b  \nx", "bash")).toEqual(["/usr/bin/env", "-S a b"]);
  expect(interpreterOf(" #!/bin/sh\nx", "sh")).toEqual(["sh"]);
  for (const line of ['#!/bin/sh -c "$(id)"', "#!/bin/sh `id`", "#!/bin/s'h", "#!/bin/sh $x", "#!/bin/sh \\x", "#!/bin/sh !x"])
    expect(unrunnable(`${line}\nuptime`)).toMatch(/first line/);
});

it("leaves nothing of a name or a script to be read by the login shell", () => {
  const command = startCommand(["/bin/sh", "-e"], "abc", "x'; id; $(id) \n");
  expect(command).not.toMatch(/[\n!\\]/);
  expect(command.split("'")).toHaveLength(3);
  expect(command).toMatch(/ x___id____id___$/);
});

it("never tells what a secret holds", () => {
  for (const json of [
    null,
    "s3cret",
    { host: "h", user: "u", auth: { kind: "password", password: 5, s3cret: 1 } },
    { host: "s3cret host", user: "u", auth: { kind: "s3cret" } },
    { host: "h", user: "u", s3cret: "x", auth: { kind: "key", privateKey: "" } },
    { host: "-oProxyCommand=s3cret", user: "u", auth: { kind: "password", password: "p" } },
    { host: "h", user: "u", auth: { kind: "password", password: "p" }, hostKeys: ["s3cret"] },
    { host: "h", user: "u", auth: { kind: "agent", socket: "s3cret" } },
    { host: "h", user: "u", auth: { kind: "password", password: "p" }, jumps: [{ host: "j", user: "s3cret x", auth: {} }] },
  ])
    expect(() => readSshSecret(json)).toThrow(
      expect.objectContaining({ code: "bad_request", message: expect.not.stringMatching(/s3cret/) }),
    );
});
