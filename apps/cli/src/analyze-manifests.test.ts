import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Impact, Verdict } from "@interlock/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ran, type Ran } from "./terminal.testing.ts";

const SHOP = `apiVersion: v1
kind: Namespace
metadata:
  name: shop
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec:
  replica: 2
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers:
        - name: web
          image: web:1
          securityContext: { privileged: true }
`;
const BINDING = `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: { name: me }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin }
subjects: [{ apiGroup: rbac.authorization.k8s.io, kind: User, name: me }]
`;
const GOOD = `apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { env: prod } }
`;
const SECRET = "apiVersion: v1\nkind: Secret\nmetadata: { name: door, namespace: shop }\nstringData: { user: hunter22 }\n";

let cwd: string;
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), "interlock-cli-"));
  await mkdir(join(cwd, "manifests/more"), { recursive: true });
  await writeFile(join(cwd, "manifests/a-shop.yaml"), SHOP);
  await writeFile(join(cwd, "manifests/more/binding.yml"), BINDING);
  await writeFile(join(cwd, "manifests/values.yaml"), "replicas: 3\n");
  await writeFile(join(cwd, "manifests/notes.txt"), "no manifest");
  await writeFile(join(cwd, "good.yaml"), GOOD);
});
afterAll(() => rm(cwd, { recursive: true, force: true }));

const analyze = (args: string[], stdin = ""): Promise<Ran> => ran(["analyze", "--connector", "kubernetes", ...args], { cwd, stdin });

describe("analyze --connector kubernetes", () => {
  test("plain: what is denied and what is wrong, file by file and line by line, and 1", async () => {
    const { code, out, error } = await analyze(["-f", "manifests/", "--format", "plain"]);
    expect({ code, error }).toEqual({ code: 1, error: "" });
    expect(out.trim().split("\n")).toEqual([
      expect.stringMatching(
        /^manifests\/a-shop\.yaml:1:1: error: v1 Namespace shop: This namespace has no env label, .* \[namespace-without-env\]$/,
      ),
      "manifests/a-shop.yaml:10:3: error: apps/v1 Deployment shop/web: There is no field spec.replica; is replicas meant? [invalid]",
      // Where the container is, since no field of it by itself makes it so.
      expect.stringMatching(
        /^manifests\/a-shop\.yaml:16:11: warning: apps\/v1 Deployment shop\/web: An image without a digest .* \[image-without-digest\]$/,
      ),
      expect.stringMatching(
        /^manifests\/a-shop\.yaml:16:11: warning: apps\/v1 Deployment shop\/web: Nothing keeps a container from running as root.* \[may-run-as-root\]$/,
      ),
      expect.stringMatching(
        /^manifests\/a-shop\.yaml:18:30: error: apps\/v1 Deployment shop\/web: A privileged container .* \[privileged-pods\]$/,
      ),
      expect.stringMatching(
        /^manifests\/more\/binding\.yml:1:1: error: rbac\.authorization\.k8s\.io\/v1 ClusterRoleBinding me: Rights, roles .* \[privileges\]$/,
      ),
      expect.stringMatching(
        /^manifests\/more\/binding\.yml:4:1: error: rbac\.authorization\.k8s\.io\/v1 ClusterRoleBinding me: cluster-admin may do everything.* \[cluster-admin\]$/,
      ),
      expect.stringMatching(/^manifests\/values\.yaml:1:1: warning: This is no manifest, .* \[no_manifest\]$/),
    ]);
  });

  test("lines of kubectl are judged by what they say, and by the files beside them", async () => {
    await writeFile(join(cwd, "steps.txt"), "# tonight\nkubectl apply -f good.yaml\nkubectl label namespace shop env-\nkubectl get pods\n");
    const { code, out } = await analyze(["steps.txt", "--format", "json"]);
    const told = JSON.parse(out) as Impact & { findings: { rule: string; place: object }[] };
    expect(code).toBe(1);
    expect(told.findings).toMatchObject([{ rule: "namespace-without-env", place: { file: "steps.txt", line: 3, column: 1 } }]);
    expect(told.statements.map(({ effect, place }) => [effect, place?.file])).toEqual([
      ["modify", "good.yaml"],
      ["modify", "steps.txt"],
      ["read", "steps.txt"],
    ]);
    expect(told.warnings.join()).toContain("only what they write is known");
    const piped = await analyze(["-", "--format", "plain"], "kubectl run box --image=x --privileged\nkubectl apply -f nowhere.yaml\n");
    expect(piped.code).toBe(1);
    expect(piped.out).toMatch(
      /<stdin>:1:1: error: v1 Pod default\/box: A privileged container.*\n[^]*<stdin>:2:1: error: nowhere.yaml is not given/,
    );
  });

  test("json: the impact of the protocol, with the verdict and the findings; never complete", async () => {
    const { code, out } = await analyze(["-f", "manifests", "--format", "json"]);
    const told = JSON.parse(out) as { verdict: unknown; findings: object[] };
    const impact = Impact.parse(told);
    expect(code).toBe(1);
    expect(impact).toMatchObject({ complete: false, effect: "privilege" });
    expect(impact.statements.map(({ title, place }) => [title, place?.file, place?.line])).toEqual([
      ["apply v1 Namespace shop", "manifests/a-shop.yaml", 1],
      ["apply apps/v1 Deployment shop/web", "manifests/a-shop.yaml", 6],
      ["apply rbac.authorization.k8s.io/v1 ClusterRoleBinding me", "manifests/more/binding.yml", 1],
    ]);
    expect(impact.warnings.join()).toMatch(/whether these objects are there already.*quotas.*is not known/);
    expect(Verdict.parse(told.verdict)).toMatchObject({ decision: "deny" });
    expect(told.findings).toHaveLength(8);
  });

  test("sarif: every finding has its rule, its place and its level, and what is not known is a note", async () => {
    const { code, out } = await analyze(["-f", "manifests", "--format", "sarif"]);
    // oxlint-disable-next-line typescript/no-explicit-any -- read as anybody would
    const [run] = (JSON.parse(out) as any).runs;
    const ids: string[] = run.tool.driver.rules.map(({ id }: { id: string }) => id);
    expect(code).toBe(1);
    expect(run.results).toHaveLength(8);
    for (const { ruleId, ruleIndex } of run.results) expect(ids[ruleIndex]).toBe(ruleId);
    expect(run.results.find(({ ruleId }: { ruleId: string }) => ruleId === "privileged-pods")).toMatchObject({
      ruleId: "privileged-pods",
      level: "error",
      locations: [
        {
          physicalLocation: { artifactLocation: { uri: "manifests/a-shop.yaml" }, region: { startLine: 18, startColumn: 30 } },
          logicalLocations: [{ fullyQualifiedName: "apps/v1 Deployment shop/web" }],
        },
      ],
    });
    expect(run.tool.driver.rules[ids.indexOf("privileged-pods")].help.text).toContain("c.privileged");
    expect(run.invocations[0].toolExecutionNotifications.length).toBeGreaterThan(2);
  });

  test("text: by object, with what policy judged, for whom, and what is not known", async () => {
    const { out } = await analyze(["-f", "manifests", "--groups", "oncall", "--at", "2026-11-21T19:30:00+01:00"]);
    expect(out).toContain("apps/v1 Deployment shop/web  manifests/a-shop.yaml:10\n");
    expect(out).toMatch(/denied +A privileged container/);
    expect(out).toMatch(/invalid +There is no field spec\.replica; is replicas meant\? \[invalid\]\n/);
    expect(out).toMatch(/\[privileged-pods\] line 18\n/);
    expect(out).toMatch(/^3 objects: 3 denied, 1 thing wrong with the text$/m);
    expect(out).toMatch(/^by the default policy \(version [0-9a-f]{12}\), for ci of oncall in prod at 2026-11-21T18:30:00\.000Z$/m);
    expect(out).toMatch(/\? What admission webhooks, quotas/);
  });

  test.each<[string, string[], string, number]>([
    ["what is allowed", ["-f", "-", "--environment", "staging"], GOOD, 0],
    ["a review is no failure", ["-f", "-"], GOOD, 0],
    ["unless it is asked for", ["-f", "-", "--fail-on", "review"], GOOD, 1],
    ["a denial", ["-f", "-"], BINDING, 1],
    ["a denial that is not to fail", ["-f", "-", "--fail-on", "never"], BINDING, 0],
    [
      "an object that a server refuses, where everything is allowed",
      ["-f", "-", "--environment", "dev"],
      GOOD.replace("kind: N", "typo: 1\nkind: N"),
      1,
    ],
    ["files one by one", ["good.yaml", "manifests/a-shop.yaml"], "", 1],
    ["nothing on standard input", ["-f", "-"], "", 2],
    ["nothing but comments", ["-f", "-"], "# nothing\n---\n", 2],
    ["no file", [], "", 2],
    ["a file there is not", ["-f", "nowhere.yaml"], "", 2],
    ["SQL", ["-f", "a.sql"], "", 2],
    ["an environment there is not", ["-f", "good.yaml", "--environment", "live"], "", 2],
    ["a moment without a zone", ["-f", "good.yaml", "--at", "2026-11-21T19:00:00"], "", 2],
    ["a format there is not", ["-f", "good.yaml", "--format", "xml"], "", 2],
  ])("exit code: %s", async (_, args, stdin, code) => {
    expect(await analyze(args, stdin)).toMatchObject({ code, ...(code === 2 && { out: "" }) });
  });

  test("another policy judges instead, as that person, and one that is broken is not passed over", async () => {
    const policy = `version: 1\nrules:\n  - { id: all, match: { groups: [deployers] }, effect: allow }\n  - { id: late, when: 'now.getHours("Europe/Berlin") >= 19', effect: deny, message: Go home. }\n`;
    await writeFile(join(cwd, "policy.yaml"), policy);
    const judge = (...args: string[]) => analyze(["-f", "good.yaml", "--policy", "policy.yaml", "--format", "plain", ...args]);
    expect(await judge("--groups", "deployers", "--at", "2026-11-21T12:00:00Z")).toEqual({ code: 0, out: "", error: "" });
    expect(await judge("--groups", "deployers", "--at", "2026-11-21T19:00:00Z")).toMatchObject({
      code: 1,
      out: expect.stringContaining("Go home. [late]"),
    });
    expect(await judge("--at", "2026-11-21T12:00:00Z")).toMatchObject({ code: 1, out: expect.stringContaining("[no-rule-permits]") });
    await writeFile(join(cwd, "broken.yaml"), policy.replace("getHours", "getHour"));
    expect(await analyze(["-f", "good.yaml", "--policy", "broken.yaml"])).toMatchObject({
      code: 2,
      out: "",
      error: expect.stringMatching(/^broken\.yaml:4:\d+: /),
    });
  });

  test("a rule that cannot be judged for what may be there denies, though it only reviews what is new", async () => {
    const when = '(statement.effect == "append" && after.annotations["x"] == "y") || before.present';
    const policy = {
      version: 1,
      rules: [
        { id: "all", match: { effects: ["append", "modify"] }, effect: "allow" },
        { id: "odd", effect: "review", reviews: [{ count: 1, group: "g" }], when },
      ],
    };
    await writeFile(join(cwd, "odd.yaml"), JSON.stringify(policy));
    expect(await analyze(["-f", "good.yaml", "--policy", "odd.yaml", "--format", "plain"])).toMatchObject({
      code: 1,
      out: expect.stringContaining("Rule odd cannot be evaluated"),
    });
  });

  test.each(["text", "json", "sarif", "plain"])("values of Secrets are in no %s", async (format) => {
    const { out, error } = await analyze(["-f", "-", "--format", format, "--fail-on", "review"], SECRET.replace("user:", "user: !!str"));
    expect(`${out}${error}`).not.toContain("hunter22");
    expect(out).toContain("door");
  });
});

describe("policy test", () => {
  const CASES = `policy: rules.yaml
defaults: { environment: prod, groups: [oncall], at: "2026-11-21T12:00:00Z" }
cases:
  - name: untagged namespaces are refused
    manifest: |
      apiVersion: v1
      kind: Namespace
      metadata: { name: scratch }
    expect: deny
    rules: [tagged]
    message: label it
  - name: a tagged one needs a review
    file: good.yaml
    expect: review
    reviews: { platform: 1 }
    not: [tagged]
  - name: at night nothing is
    file: good.yaml
    at: "2026-11-21T23:00:00Z"
    expect: deny
    rules: [night]
`;
  const RULES = `version: 1
rules:
  - { id: changes, effect: review, reviews: [{ count: 1, group: platform }] }
  - { id: tagged, when: 'after.kind == "Namespace" && !("env" in after.labels)', effect: deny, message: Please label it. }
  - { id: night, when: now.getHours() >= 22, effect: deny, message: Sleep. }
`;
  const test_ = (args: string[], stdin = ""): Promise<Ran> => ran(["policy", "test", ...args], { cwd, stdin });
  beforeAll(() => writeFile(join(cwd, "rules.yaml"), RULES));

  test("judges manifests by a policy that need not be in force", async () => {
    expect(await test_(["rules.yaml", "-f", "good.yaml", "--at", "2026-11-21T12:00:00Z"])).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^1 object: 1 to be reviewed\nby rules\.yaml/),
    });
    expect(await test_(["rules.yaml", "manifests/a-shop.yaml", "--format", "plain"])).toMatchObject({
      code: 1,
      out: expect.stringContaining("[tagged]"),
    });
    expect(await test_(["--policy", "rules.yaml", "manifests/a-shop.yaml", "--format", "plain"])).toMatchObject({ code: 1 });
  });

  test("a file of cases: 0 where all are as expected", async () => {
    await writeFile(join(cwd, "cases.yaml"), CASES);
    const { code, out, error } = await test_(["--cases", "cases.yaml"]);
    expect({ code, error }).toEqual({ code: 0, error: "" });
    expect(out).toContain("3 cases by rules.yaml: all as expected");
  });

  test("1 where one is not, with what was expected and what it is, at its line", async () => {
    const wrong = CASES.replace("expect: review", "expect: allow")
      .replace("[night]", "[night, tagged, other]")
      .replace("label it", "nothing");
    await writeFile(join(cwd, "wrong.yaml"), wrong);
    expect(await test_(["--cases", "wrong.yaml", "--format", "plain"])).toEqual({
      code: 1,
      error: "",
      out: [
        'wrong.yaml:4:1: error: untagged namespaces are refused: expected the message to say "nothing" [case]',
        "wrong.yaml:12:1: error: a tagged one needs a review: expected allow, and it is review (changes) [case]",
        "wrong.yaml:17:1: error: at night nothing is: expected rule tagged: its condition does not hold; expected rule other: there is no such rule [case]\n",
      ].join("\n"),
    });
    // Another policy than the one the file names.
    await writeFile(join(cwd, "allows.yaml"), "version: 1\nrules: [{ id: all, effect: allow }]\n");
    expect(await test_(["allows.yaml", "--cases", "cases.yaml"])).toMatchObject({
      code: 1,
      out: expect.stringContaining("3 not as expected"),
    });
  });

  test("a case of kubectl lines needs no cluster", async () => {
    const cases = `cases:
  - { name: refused, kubectl: kubectl create ns x, expect: deny, rules: [namespace-without-env] }
  - { name: applied, kubectl: kubectl apply -f a.yaml, files: { a.yaml: "apiVersion: v1\\nkind: Namespace\\nmetadata: { name: a, labels: { env: dev } }" }, expect: review }
  - { name: piped, kubectl: kubectl create -f -, files: { "-": "apiVersion: v1\\nkind: Namespace\\nmetadata: { name: a }" }, expect: deny }
  - { name: unknown, kubectl: kubectl delete widgets x, expect: deny, rules: [unknown-effects] }
`;
    expect(await test_(["--cases", "-"], cases)).toMatchObject({ code: 0, out: expect.stringContaining("4 cases") as string });
  });

  test("a case of which a part cannot be read is not as expected", async () => {
    const cases = `cases:
  - { name: half, manifest: "apiVersion: v1\\nkind: Namespace\\nmetadata: { name: a, labels: { env: dev } }\\n---\\nkind: Pod\\n", expect: review }
`;
    expect(await test_(["--cases", "-"], cases)).toMatchObject({
      code: 1,
      out: expect.stringContaining("line 5 cannot be read: There is no apiVersion.") as string,
    });
  });

  test.each([
    ["no policy", [], "", /Which policy/],
    ...["environment", "namespace", "fail-on"].map((name): [string, string[], string, RegExp] => [
      `--${name} with cases, which say it themselves`,
      ["--cases", "cases.yaml", `--${name}`, "prod"],
      "",
      new RegExp(`--${name} is not read with --cases`),
    ]),
    ["nothing to judge", ["rules.yaml"], "", /Which manifests/],
    ["cases that are none", ["--cases", "-"], "cases: []\n", /there are no cases/],
    [
      "a word that is not known",
      ["--cases", "-"],
      "cases:\n  - name: a\n    file: b\n    expects: deny\n    expect: deny\n",
      /-:4:1: expects is not known here/,
    ],
    ["a case of nothing", ["--cases", "-"], "cases:\n  - { name: a, expect: deny }\n", /one of manifest, file, sql, kubectl/],
    ["an answer there is not", ["--cases", "-"], "cases:\n  - { name: a, expect: denied, sql: x }\n", /expect is allow, review or deny/],
    [
      "SQL without a server",
      ["--cases", "-"],
      "cases:\n  - { name: a, expect: deny, sql: SELECT 1 }\n",
      /give --dsn URL or --connection NAME/,
    ],
    ["an empty manifest", ["--cases", "-"], "cases:\n  - { name: a, expect: deny, manifest: '# nothing' }\n", /holds no object/],
  ])("usage: %s", async (_, args, stdin, error) => {
    expect(await test_(args, stdin)).toMatchObject({ code: 2, error: expect.stringMatching(error) });
  });
});
