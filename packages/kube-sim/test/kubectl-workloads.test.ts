import { describe, expect, it } from "vitest";
import { hasKubectl, withBench } from "./kubectl.ts";

const API = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: api, labels: { app: api } }
spec:
  replicas: 3
  selector: { matchLabels: { app: api } }
  template:
    metadata: { labels: { app: api } }
    spec:
      containers:
        - name: api
          image: api:1
          ports: [{ containerPort: 8080 }]
          env: [{ name: A, value: "1" }]
---
apiVersion: v1
kind: Service
metadata: { name: api }
spec: { selector: { app: api }, ports: [{ port: 80, targetPort: 8080 }] }
`;

describe.runIf(hasKubectl)("workloads with stock kubectl", () => {
  const bench = withBench();

  it("creates a deployment whose pods run, and shows it", async () => {
    const { out } = bench();
    expect(await out("create deployment web --image=nginx:1.25 --replicas=2")).toBe("deployment.apps/web created\n");
    expect(await out("rollout status deployment/web")).toContain('deployment "web" successfully rolled out');
    expect(await out("get pods --no-headers")).toMatch(/^(web-\S+\s+1\/1\s+Running\s+0\s+\d+s\n){2}$/);
    expect(await out("get deploy web --no-headers")).toMatch(/^web\s+2\/2\s+2\s+2\s+\d+s\n$/);
    expect(await out("describe deployment web")).toContain(
      "Replicas:               2 desired | 2 updated | 2 total | 2 available | 0 unavailable",
    );
    expect(await out("get events --no-headers")).toContain("Scaled up replica set");
  });

  it("applies on the client's side: created, unchanged, configured", async () => {
    const { out, run } = bench();
    expect(await out("apply -f -", API)).toBe("deployment.apps/api created\nservice/api created\n");
    bench().sim.settle();
    const before = bench().sim.writes();
    expect(await out("apply -f -", API)).toBe("deployment.apps/api unchanged\nservice/api unchanged\n");
    expect(bench().sim.writes()).toBe(before);
    const changed = API.replace("api:1", "api:2");
    const diff = await run("diff -f -", changed);
    expect(diff.code).toBe(1);
    expect(diff.stdout).toMatch(/^\+ +image: api:2$/m);
    expect(bench().sim.writes()).toBe(before);
    expect(await out("apply -f -", changed)).toBe("deployment.apps/api configured\nservice/api unchanged\n");
    expect(await out("get deploy api -o jsonpath={.spec.template.spec.containers[0].image}")).toBe("api:2");
    expect(await out("apply -f - --dry-run=server", API)).toBe(
      "deployment.apps/api configured (server dry run)\nservice/api unchanged (server dry run)\n",
    );
    expect(await out("get deploy api -o jsonpath={.spec.template.spec.containers[0].image}")).toBe("api:2");
  });

  it("applies on the server's side with managers and conflicts", async () => {
    const { out, fails } = bench();
    expect(await out("apply --server-side -f -", API)).toContain("deployment.apps/api serverside-applied");
    await out("set image deployment/api api=api:7");
    expect(await fails("apply --server-side -f -", API)).toContain(
      'conflict with "kubectl-set" using apps/v1: .spec.template.spec.containers[name="api"].image',
    );
    await out("apply --server-side --force-conflicts -f -", API);
    expect(await out("get deploy api -o jsonpath={.spec.template.spec.containers[0].image}")).toBe("api:1");
    bench().sim.settle();
    const before = bench().sim.writes();
    await out("apply --server-side -f -", API);
    expect(bench().sim.writes()).toBe(before);
    await out("apply --server-side -f -", API.replace('env: [{ name: A, value: "1" }]', ""));
    expect(await out("get deploy api -o jsonpath={.spec.template.spec.containers[0].env}")).toBe("");
    expect(await out("get deploy api --show-managed-fields -o jsonpath={.metadata.managedFields[*].manager}")).toContain("kubectl");
  });

  it("rolls out, back, restarts, pauses and resumes", async () => {
    const { out } = bench();
    await out("create deployment web --image=nginx:1");
    await out("set image deployment/web nginx=nginx:2");
    await out("rollout status deployment/web");
    expect(await out("rollout history deployment/web")).toMatch(/\n1\s+<none>\n2\s+<none>\n/);
    expect(await out("rollout undo deployment/web")).toBe("deployment.apps/web rolled back\n");
    expect(await out("get deploy web -o jsonpath={.spec.template.spec.containers[0].image}")).toBe("nginx:1");
    expect(await out("rollout history deployment/web")).toMatch(/\n2\s+<none>\n3\s+<none>\n/);
    expect(await out("rollout restart deployment/web")).toBe("deployment.apps/web restarted\n");
    expect(await out("rollout pause deployment/web")).toBe("deployment.apps/web paused\n");
    expect(await out("rollout resume deployment/web")).toBe("deployment.apps/web resumed\n");
    expect(await out("rollout history deployment/web --revision=3")).toContain("nginx:1");
  });

  it("shows a rollout that does not come to its end", async () => {
    const { out, fails } = bench();
    await out("create deployment web --image=nginx:1 --replicas=3");
    await out("set image deployment/web nginx=nginx:does-not-exist");
    expect(await fails("rollout status deployment/web --timeout=1s")).toContain("timed out waiting for the condition");
    expect(await out("get pods --no-headers")).toContain("ImagePullBackOff");
    expect(await out("get deploy web -o jsonpath={.status.availableReplicas}")).toBe("3");
  });

  it("changes with set, scale, label, annotate, patch, edit and replace", async () => {
    const { out, fails } = bench();
    await out("create deployment web --image=nginx:1 --replicas=2");
    expect(await out("set env deployment/web A=b")).toBe("deployment.apps/web env updated\n");
    expect(await out("set resources deployment/web --limits=cpu=200m")).toBe("deployment.apps/web resource requirements updated\n");
    expect(await out("label deployment/web tier=front")).toBe("deployment.apps/web labeled\n");
    expect(await out("label deployment/web tier-")).toBe("deployment.apps/web unlabeled\n");
    expect(await out("annotate deployment/web a.b/c=d")).toBe("deployment.apps/web annotated\n");
    expect(await out("edit deployment web")).toBe("deployment.apps/web edited\n");
    expect(await out("get deploy web -o jsonpath={.spec.replicas}")).toBe("4");
    expect(await fails("scale deployment/web --replicas=1 --current-replicas=9")).toContain("Expected replicas to be 9, was 4");
    expect(await out("scale deployment/web --replicas=1")).toBe("deployment.apps/web scaled\n");
    await out([
      "patch",
      "deployment",
      "web",
      "-p",
      '{"spec":{"template":{"spec":{"containers":[{"name":"nginx","env":[{"name":"X","value":"y"}]}]}}}}',
    ]);
    expect(await out("get deploy web -o jsonpath={.spec.template.spec.containers[0].env[*].name}")).toBe("A X");
    await out([
      "patch",
      "deployment",
      "web",
      "--type=merge",
      "-p",
      '{"spec":{"template":{"spec":{"containers":[{"name":"nginx","image":"nginx:3"}]}}}}',
    ]);
    expect(await out("get deploy web -o jsonpath={.spec.template.spec.containers[0].env}")).toBe("");
    await out(["patch", "deployment", "web", "--type=json", "-p", '[{"op":"replace","path":"/spec/replicas","value":2}]']);
    expect(await fails(["patch", "deployment", "web", "--type=json", "-p", '[{"op":"test","path":"/spec/replicas","value":9}]'])).toContain(
      "testing value /spec/replicas failed",
    );
    const manifest = await out("get deploy web -o json");
    expect(await out("replace -f -", manifest.replace('"replicas": 2,', '"replicas": 3,'))).toBe("deployment.apps/web replaced\n");
    expect(await fails("replace -f -", manifest)).toContain(
      "the object has been modified; please apply your changes to the latest version and try again",
    );
  });

  it("exposes, autoscales and runs", async () => {
    const { out } = bench();
    await out("create deployment web --image=nginx:1 --replicas=2");
    expect(await out("expose deployment web --port=80 --target-port=8080 --type=LoadBalancer")).toBe("service/web exposed\n");
    expect(await out("autoscale deployment web --min=3 --max=5 --cpu-percent=70")).toBe(
      "horizontalpodautoscaler.autoscaling/web autoscaled\n",
    );
    expect(await out("run tmp --image=busybox --restart=Never -- sleep infinity")).toBe("pod/tmp created\n");
    bench().sim.settle();
    expect(await out("get hpa web --no-headers")).toMatch(/^web\s+Deployment\/web\s+cpu: 35%\/70%\s+3\s+5\s+3\s/);
    expect(await out("get svc web --no-headers")).toMatch(/^web\s+LoadBalancer\s+10\.100\.\S+\s+\S+\.elb\.amazonaws\.com\s+80:3\d{4}\/TCP/);
    expect((await out("get endpoints web -o jsonpath={.subsets[0].addresses[*].ip}")).split(" ")).toHaveLength(3);
    expect(await out("wait --for=condition=Ready pod/tmp --timeout=5s")).toBe("pod/tmp condition met\n");
  });

  it("follows owners when it deletes: background, foreground, orphan", async () => {
    const { out } = bench();
    for (const name of ["one", "two", "three"]) await out(`create deployment ${name} --image=x:1`);
    expect(await out("delete deployment one")).toBe('deployment.apps "one" deleted\n');
    expect(await out("delete deployment two --cascade=foreground")).toBe('deployment.apps "two" deleted\n');
    expect(await out("delete deployment three --cascade=orphan")).toBe('deployment.apps "three" deleted\n');
    bench().sim.settle();
    expect(await out("get rs,pods -o name")).toMatch(/^replicaset\.apps\/three-\S+\npod\/three-\S+\n$/);
    expect(bench().sim.objects("apps/replicasets")[0]!.metadata.ownerReferences).toBeUndefined();
  });

  it("runs jobs and stateful and daemon sets", async () => {
    const { out } = bench();
    await out("create job ok --image=busybox -- echo hi");
    expect(await out("wait --for=condition=complete job/ok --timeout=5s")).toBe("job.batch/ok condition met\n");
    await out(["create", "cronjob", "nightly", "--image=busybox", "--schedule=0 3 * * *", "--", "echo", "hi"]);
    await out("create job manual --from=cronjob/nightly");
    expect(await out("wait --for=condition=complete job/manual --timeout=5s")).toContain("condition met");
    const set = (
      kind: string,
      more: string,
    ): string => `{"apiVersion":"apps/v1","kind":"${kind}","metadata":{"name":"db"},"spec":{"selector":{"matchLabels":{"app":"db"}},${more}
      "template":{"metadata":{"labels":{"app":"db"}},"spec":{"containers":[{"name":"db","image":"db:1"}]}}}}`;
    const claims = `"serviceName":"db","replicas":2,"volumeClaimTemplates":[{"metadata":{"name":"data"},"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}}],`;
    await out("apply -f -", set("StatefulSet", claims));
    await out("rollout status statefulset/db --timeout=5s");
    expect(await out("get pods -l app=db -o jsonpath={.items[*].metadata.name}")).toBe("db-0 db-1");
    expect(await out("get pvc --no-headers")).toMatch(/^data-db-0\s+Bound\s+pvc-\S+\s+1Gi\s+RWO\s+gp3/);
    await out("delete statefulset db");
    await out("apply -f -", set("DaemonSet", ""));
    await out("rollout status daemonset/db --timeout=5s");
    expect(await out("get ds db --no-headers")).toMatch(/^db\s+3\s+3\s+3\s+3\s+3\s/);
    await out("set image daemonset/db db=db:2");
    await out("rollout status daemonset/db --timeout=5s");
    expect(await out("rollout undo daemonset/db")).toBe("daemonset.apps/db rolled back\n");
  });
});
