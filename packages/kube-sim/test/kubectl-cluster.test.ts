import { describe, expect, it } from "vitest";
import { hasKubectl, withBench } from "./kubectl.ts";

const WIDGETS = JSON.stringify({
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "widgets.example.com" },
  spec: {
    group: "example.com",
    names: { plural: "widgets", singular: "widget", kind: "Widget", shortNames: ["wd"] },
    scope: "Namespaced",
    versions: [
      {
        name: "v1",
        served: true,
        storage: true,
        additionalPrinterColumns: [{ name: "Size", type: "integer", jsonPath: ".spec.size" }],
        subresources: { status: {}, scale: { specReplicasPath: ".spec.size", statusReplicasPath: ".status.size" } },
        schema: {
          openAPIV3Schema: {
            type: "object",
            properties: {
              spec: {
                type: "object",
                required: ["size"],
                properties: { size: { type: "integer", description: "How large it is." }, colour: { type: "string", default: "blue" } },
              },
              status: { type: "object", properties: { size: { type: "integer" } } },
            },
          },
        },
      },
    ],
  },
});
const WIDGET = JSON.stringify({ apiVersion: "example.com/v1", kind: "Widget", metadata: { name: "one" }, spec: { size: 3 } });

describe.runIf(hasKubectl)("a cluster with stock kubectl", () => {
  const bench = withBench();

  it("lists what it serves and explains it", async () => {
    const { out, fails } = bench();
    expect(await out("version")).toContain("Server Version: v1.32");
    expect(await out("api-versions")).toContain("apps/v1\n");
    expect(await out("api-resources --namespaced=false -o name")).toContain("clusterrolebindings.rbac.authorization.k8s.io\n");
    expect(await out("explain deployment.spec.strategy")).toMatch(
      /KIND:\s+Deployment[^]*rollingUpdate\t<RollingUpdateDeployment>[^]*enum: Recreate, RollingUpdate/,
    );
    expect(await out("explain pod.spec.containers --recursive")).toContain("containerPort\t<integer> -required-");
    expect(await out("get all -A --chunk-size=1 --no-headers")).toContain("service/kubernetes");
    expect(await out("get --raw /readyz")).toBe("ok");
    expect(await fails("top pods")).toContain("Metrics API not available");
    expect(await fails("get nosuch")).toContain('the server doesn\'t have a resource type "nosuch"');
  });

  it("empties a namespace that is deleted and says what holds it", async () => {
    const { out, fails, sim } = bench();
    await out("create namespace shop");
    await out("create deployment web -n shop --image=x:1 --replicas=3");
    await out("create configmap held -n shop --from-literal=a=b");
    await out(["patch", "configmap", "held", "-n", "shop", "--type=merge", "-p", '{"metadata":{"finalizers":["example.com/hold"]}}']);
    sim.settle();
    const before = sim.writes();
    expect(await out("delete namespace shop --dry-run=server")).toBe('namespace "shop" deleted (server dry run)\n');
    expect(sim.writes()).toBe(before);
    expect(await out("delete namespace shop --wait=false")).toBe('namespace "shop" deleted\n');
    sim.settle();
    expect(await out("get namespace shop --no-headers")).toMatch(/^shop\s+Terminating/);
    expect(await out("describe namespace shop")).toContain("configmaps has 1 resource instances");
    expect(await fails("create configmap more -n shop")).toContain(
      "unable to create new content in namespace shop because it is being terminated",
    );
    await out(["patch", "configmap", "held", "-n", "shop", "--type=merge", "-p", '{"metadata":{"finalizers":null}}']);
    expect(await out("wait --for=delete namespace/shop --timeout=5s")).toBe("");
    expect(await fails("get namespace shop")).toBe('Error from server (NotFound): namespaces "shop" not found\n');
    expect(await fails("delete namespace default")).toContain("this namespace may not be deleted");
  });

  it("drains a node as far as a disruption budget lets it, and further with --disable-eviction", async () => {
    const { out, fails, sim } = bench();
    await out("create deployment web --image=x:1 --replicas=3");
    await out("create pdb web --selector=app=web --min-available=3");
    sim.settle();
    const node = sim.objects("pods")[0]!["spec"].nodeName as string;
    expect(await out(`cordon ${node}`)).toBe(`node/${node} cordoned\n`);
    expect(await out("get nodes")).toContain("Ready,SchedulingDisabled");
    expect(await fails(`drain ${node} --timeout=1s`)).toContain("Cannot evict pod as it would violate the pod's disruption budget.");
    expect(await out(`drain ${node} --disable-eviction`)).toContain(`node/${node} drained`);
    const deletes = sim.requests.filter((one) => one.method === "DELETE");
    expect(deletes.map((one) => one.contentType)).toContain("application/vnd.kubernetes.protobuf");
    expect(await out(`uncordon ${node}`)).toBe(`node/${node} uncordoned\n`);
    expect(await out(`taint nodes ${node} a=b:NoExecute`)).toBe(`node/${node} tainted\n`);
    expect(await out(`taint nodes ${node} a-`)).toBe(`node/${node} untainted\n`);
  });

  it("says who may do what", async () => {
    const { out, fails, run } = bench();
    await out("create serviceaccount bot");
    await out("create role reader --verb=get,list --resource=pods");
    await out("create rolebinding reader --role=reader --serviceaccount=default:bot");
    await out("create clusterrole nodes --verb=get --resource=nodes");
    await out("create clusterrolebinding nodes --clusterrole=nodes --user=eve");
    const as = "--as=system:serviceaccount:default:bot";
    expect(await out(`auth can-i list pods ${as}`)).toBe("yes\n");
    expect((await run(`auth can-i delete pods ${as}`)).stdout).toBe("no\n");
    expect(await out(`auth can-i --list ${as}`)).toMatch(/pods\s+\[\]\s+\[\]\s+\[get list\]/);
    expect(await out("auth can-i get nodes --as=eve")).toContain("yes\n");
    expect(await out("auth whoami -o jsonpath={.status.userInfo.username}")).toBe("kubernetes-admin");
    await out("run one --image=x:1");
    expect(await fails(`delete pod one ${as}`)).toContain('cannot delete resource "pods" in API group "" in the namespace "default"');
    expect(await fails(`get secrets ${as}`)).toBe(
      'Error from server (Forbidden): secrets is forbidden: User "system:serviceaccount:default:bot" cannot list resource "secrets" in API group "" in the namespace "default"\n',
    );
    expect(await fails(["create", "clusterrolebinding", "up", "--clusterrole=cluster-admin", "--user=eve", "--as=eve"])).toContain(
      "is forbidden",
    );
    expect((await out("create token bot")).split(".")).toHaveLength(3);
    const [, claims] = (await out("create token bot --duration=2h --audience=vault")).split(".");
    expect(JSON.parse(Buffer.from(claims!, "base64url").toString())).toMatchObject({
      aud: ["vault"],
      jti: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      sub: "system:serviceaccount:default:bot",
    });
    expect(await out("create token bot -o jsonpath={.spec.expirationSeconds}")).toBe("3600");
    expect(await fails("create token bot --bound-object-kind=Pod --bound-object-name=one --bound-object-uid=x")).toContain(
      "different serviceaccount",
    );
    expect(await fails("create token bot --bound-object-kind=Secret --bound-object-name=nothing")).toContain('secrets "nothing" not found');
    expect(await fails("create token nobody")).toContain('serviceaccounts "nobody" not found');
    expect(await fails("create token bot --duration=1m")).toContain("may not specify a duration less than 10 minutes");
  });

  it("serves custom resources while they are defined", async () => {
    const { out, fails } = bench();
    await out("apply -f -", WIDGETS);
    expect(await out("wait --for=condition=Established crd/widgets.example.com --timeout=5s")).toContain("condition met");
    expect(await out("apply -f -", WIDGET)).toBe("widget.example.com/one created\n");
    expect(await out("get wd")).toBe("NAME   SIZE\none    3\n");
    expect(await out("get wd one -o jsonpath={.spec.colour}")).toBe("blue");
    expect(await out("scale wd one --replicas=7")).toBe("widget.example.com/one scaled\n");
    expect(await fails(["patch", "wd", "one", "--type=merge", "-p", '{"spec":{"size":"big"}}'])).toContain(
      'spec.size in body must be of type integer: "string"',
    );
    expect(await fails("apply -f -", WIDGET.replace('"size":3', '"size":3,"weight":1'))).toContain('unknown field "spec.weight"');
    expect(await out(["patch", "wd", "one", "--subresource=status", "--type=merge", "-p", '{"status":{"size":7}}'])).toContain("patched");
    expect(await out("explain widget.spec.size")).toContain("How large it is.");
    expect(await out("apply --server-side -f -", WIDGET.replace('"size":3', '"size":7'))).toContain("serverside-applied");
    await out("delete crd widgets.example.com");
    expect(await fails("get widgets.example.com")).toContain("the server");
  });

  it("refuses what is wrong in the server's words", async () => {
    const { out, fails } = bench();
    const wrong = {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "z" },
      spec: {
        replicas: 1,
        selector: { matchLabels: { a: "b" } },
        template: { metadata: { labels: { a: "c" } }, spec: { containers: [{ name: "q" }] } },
      },
    };
    expect(await fails("apply -f -", JSON.stringify(wrong))).toMatch(
      /The Deployment "z" is invalid: \n\* spec\.template\.spec\.containers\[0\]\.image: Required value\n\* spec\.template\.metadata\.labels: Invalid value/,
    );
    expect(await fails("apply -f -", JSON.stringify({ ...wrong, spec: { ...wrong.spec, replica: 1 } }))).toContain(
      'strict decoding error: unknown field "spec.replica"',
    );
    expect(await fails("run UPPER --image=x")).toContain("a lowercase RFC 1123 subdomain must consist of");
    await out("create deployment web --image=x:1");
    expect(await fails("create deployment web --image=x:1")).toContain('deployments.apps "web" already exists');
    expect(
      await fails(["patch", "deployment", "web", "--type=merge", "-p", '{"spec":{"selector":{"matchLabels":{"app":"other"}}}}']),
    ).toContain("field is immutable");
    expect(await fails("get pod gone")).toBe('Error from server (NotFound): pods "gone" not found\n');
    expect(await fails("run x --image=x -n nowhere")).toBe('Error from server (NotFound): namespaces "nowhere" not found\n');
    expect(await fails("scale deployment/web --replicas=-1")).toContain("replicas");
  });

  it("shows logs and follows them to the pod's end", async () => {
    const { out, sim } = bench();
    await out("run one --image=busybox --restart=Never -- sleep infinity");
    sim.settle();
    sim.log(sim.objects("pods")[0]!, "one", "a line of ours");
    expect(await out("logs one")).toBe("starting busybox\nready\na line of ours\n");
    expect(await out("logs one --tail=1")).toBe("a line of ours\n");
    const following = out("logs one -f --tail=1");
    await expect.poll(() => sim.requests.some((one) => one.url.includes("/log?") && one.url.includes("follow=true"))).toBe(true);
    sim.log(sim.objects("pods")[0]!, "one", "the last line");
    await out("delete pod one --now");
    expect(await following).toBe("a line of ours\nthe last line\n");
  });

  it("watches, waits, and prunes", async () => {
    const { out, until, sim } = bench();
    const watching = until("get deployments --watch --output-watch-events --no-headers", /DELETED/);
    await expect.poll(() => sim.requests.some((one) => one.url.includes("watch=true"))).toBe(true);
    await out("create deployment web --image=x:1");
    await out("delete deployment web");
    expect(await watching).toMatch(/^ADDED\s+web\s+0\/1[^]*MODIFIED\s+web\s+1\/1[^]*DELETED\s+web/);
    const two = ["a", "b"].map((name) => `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"${name}","labels":{"set":"s"}}}`);
    await out("apply -f - --prune -l set=s --prune-allowlist=core/v1/ConfigMap", two.join("\n"));
    expect(await out("apply -f - --prune -l set=s --prune-allowlist=core/v1/ConfigMap", two[0]!)).toBe(
      "configmap/a unchanged\nconfigmap/b pruned\n",
    );
    expect(await out("delete pods,configmaps --all --dry-run=server")).toContain('configmap "a" deleted (server dry run)');
    expect(await out("apply view-last-applied configmap a")).toContain("name: a");
  });
});
