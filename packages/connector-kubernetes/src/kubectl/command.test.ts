import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readCommand } from "./command.ts";

const argv = (text: string) => readCommand(text).lines.map((line) => line.argv);

/** What a shell would expand or run, and what kubectl must not be given; every way found stays here. */
const REFUSED: [string, string][] = [
  ["kubectl get pods | grep x", "|"],
  ["kubectl get pods; rm -rf x", ";"],
  ["kubectl get pods && ls", "&"],
  ["kubectl get pods > out", ">"],
  ["kubectl apply -f - < in", "<"],
  ["kubectl get pods $X", "$"],
  ['kubectl get pods "$(id)"', "$"],
  ["kubectl get pods `id`", "`"],
  ["kubectl get pod web-*", "*"],
  ["kubectl get -o jsonpath={.items[0].metadata}", "["],
  ["kubectl get pods {a,b}", "{"],
  ["kubectl get ~/x", ""],
  ["KUBECONFIG=x kubectl get pods", "KUBECONFIG=x"],
  ["sudo kubectl get pods", "sudo"],
  ["kubectl get pods 'open", "'open"],
  ["kubectl apply -f - <<EOF\n$HOME\nEOF", "$"],
  ["kubectl apply -f - <<'EOF'\na", "<<"],
  ["kubectl --kubeconfig x get pods", "--kubeconfig"],
  ["kubectl --kubeconfig=x get pods", "--kubeconfig=x"],
  ["kubectl get pods --context=x", "--context=x"],
  ["kubectl get pods -s http://x", "-s"],
  ["kubectl get pods -shttp://x", "-shttp://x"],
  ["kubectl get pods -As http://x", "-As"],
  ["kubectl get pods --serv=x", "--serv=x"],
  ["kubectl get pods --as=root", "--as=root"],
  ["kubectl get pods --as-group=system:masters", "--as-group=system:masters"],
  ["kubectl get pods --token x", "--token"],
  ["kubectl get pods --insecure-skip-tls-verify", "--insecure-skip-tls-verify"],
  ["kubectl get pods --cache-dir=/etc", "--cache-dir=/etc"],
  ["kubectl get pods --kuberc=x", "--kuberc=x"],
  ["kubectl get pods --profile=cpu", "--profile=cpu"],
  ["kubectl get pods -v 9", "-v"],
  ["kubectl get pods -v=8", "-v=8"],
  ["kubectl get pods --no-such-flag", "--no-such-flag"],
  ["kubectl config view", "config"],
  ["kubectl plugin list", "plugin"],
  ["kubectl my-plugin", "my-plugin"],
  ["kubectl proxy", "proxy"],
  ["kubectl exec p -- ls", "exec"],
  ["kubectl edit deploy x", "edit"],
  ["kubectl run x --image=y -it", "-it"],
  ["kubectl run x --image=y --rm", "--rm"],
  ["kubectl debug p --image=y -i", "-i"],
  ["kubectl delete pod x -i", "-i"],
  ["kubectl apply -f /etc/passwd", "-f"],
  ["kubectl apply -f ../x.yaml", "-f"],
  ["kubectl apply -f a.yaml,/etc/x", "-f"],
  ["kubectl create cm x --from-file=/etc", "--from-file=/etc"],
  ["kubectl create cm x --from-file=k=../x", "--from-file=k=../x"],
  ["kubectl create secret tls x --cert=/etc/a --key=b", "--cert=/etc/a"],
  ["kubectl patch pod x --patch-file=/etc/x", "--patch-file=/etc/x"],
  ["kubectl get pods -o go-template-file=/etc/passwd", "-o"],
  ["kubectl get pods -o go-template-file --template=/etc/passwd", "--template=/etc/passwd"],
  ["kubectl get pods -o custom-columns-file=/etc/passwd", "-o"],
  ["kubectl get pods -o jsonpath-file=/etc/passwd", "-o"],
  ["kubectl apply -k https://github.com/x/y", "-k"],
  ["kubectl kustomize /etc", "/etc"],
  ["kubectl kustomize . --enable-helm", "--enable-helm"],
  ["kubectl cluster-info dump --output-directory=/x", "--output-directory=/x"],
  ["kubectl get pods <<'EOF'\nx\nEOF", "kubectl"],
  ["kubectl", "kubectl"],
  ["kubectl rollout", "rollout"],
  ["kubectl apply -f", "-f"],
];

describe("readCommand", () => {
  it.each(REFUSED)("refuses %s, and says where", (text, at) => {
    const { diagnostics } = readCommand(text);
    expect(diagnostics.length).toBeGreaterThan(0);
    const { start, end, message } = diagnostics[0]!;
    expect(text.slice(start, end).startsWith(at)).toBe(true);
    expect(message.length).toBeGreaterThan(5);
  });

  it("reads words as a shell does", () => {
    expect(argv(`kubectl get pods 'a b' "c \\"d\\" \\$e" f\\ g \\\n  -n x # why`)).toEqual([
      ["get", "pods", "a b", 'c "d" $e', "f g", "--namespace=x"],
    ]);
    expect(argv("# a comment\n\nkubectl get pods\r\nkubectl get ns\n")).toEqual([
      ["get", "pods"],
      ["get", "ns"],
    ]);
    expect(argv(`kubectl patch deploy x -p {"spec":{"replicas":1}}`.replaceAll('"', '\\"'))).toEqual([
      ["patch", "deploy", "x", '--patch={"spec":{"replicas":1}}'],
    ]);
  });

  it("writes flags in the one way that cannot be read differently", () => {
    expect(argv("kubectl -n payments get pods -Ao wide -l app=web --watch=false")).toEqual([
      ["get", "pods", "--namespace=payments", "--all-namespaces", "--output=wide", "--selector=app=web", "--watch=false"],
    ]);
    expect(argv("kubectl create job x --image=y -- sh -c --server=z")).toEqual([
      ["create", "job", "x", "--image=y", "--", "sh", "-c", "--server=z"],
    ]);
    expect(argv("kubectl apply -f a.yaml --dry-run")).toEqual([["apply", "--filename=a.yaml", "--dry-run"]]);
    expect(argv("kubectl create -n x deploy web --image=y")).toEqual([["create", "deployment", "web", "--namespace=x", "--image=y"]]);
  });

  it("lets a verb's own flag hide that of every verb", () => {
    expect(readCommand("kubectl create rolebinding x --role=r --user=kim").diagnostics).toEqual([]);
    expect(readCommand("kubectl debug p --image=x --profile=general").diagnostics).toEqual([]);
    expect(readCommand("kubectl --user=kim create rolebinding x --role=r").diagnostics).toHaveLength(1);
  });

  it("takes here-documents, files and URLs apart", () => {
    const { lines, diagnostics } = readCommand(
      "kubectl apply -f - <<'EOF'\na: $b\nEOF\nkubectl apply -f ./x/a.yaml -f https://example.com/b.yaml\n",
    );
    expect(diagnostics).toEqual([]);
    expect(lines).toMatchObject([
      { start: 0, stdin: "a: $b\n", readsStdin: true, argv: ["apply", "--filename=-"] },
      { files: ["x/a.yaml"], urls: ["https://example.com/b.yaml"], readsStdin: false },
    ]);
    expect(argv("kubectl apply -f - <<-'E'\n\ta: 1\n\tE")).toHaveLength(1);
  });

  it("says which lines go on by themselves, and which mean more than their requests", () => {
    const follows = (text: string) => readCommand(text).lines[0]!.follows;
    expect([
      follows("kubectl get pods -w"),
      follows("kubectl get pods"),
      follows("kubectl logs -f x"),
      follows("kubectl rollout status deploy x"),
    ]).toEqual([true, false, true, true]);
    expect(readCommand("kubectl debug node/n --image=x").lines[0]!.effect).toBe("privilege");
  });

  it("never throws, and never leaves a flag out that it was given", () => {
    const check = (): void =>
      fc.assert(
        fc.property(
          fc.array(fc.constantFrom("kubectl", "get", "-", "--", "=", "-n", "x", "'", '"', "\\", "\n", "<<", "EOF", " ", "--as", "#"), {
            maxLength: 30,
          }),
          (parts) => {
            const { lines, diagnostics } = readCommand(parts.join(""));
            for (const line of lines) if (diagnostics.length === 0) expect(line.argv.join(" ")).not.toMatch(/(^| )--as( |=|$)(?!.* -- )/);
          },
        ),
      );
    expect(check).not.toThrow();
  });
});
