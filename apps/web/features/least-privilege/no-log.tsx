import { Copy } from "lucide-react";
import { Button } from "../../components/ui/button.tsx";
import { copyText } from "../clipboard/to-clipboard.ts";

/** Enough to tell who used which right: no bodies, and each request once (Kubernetes documentation, "Auditing"). */
const POLICY = `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
  - level: Metadata
`;

/** How one comes by a log. */
export function NoLog({ mayImport, importers }: { mayImport: boolean; importers: readonly string[] }) {
  return (
    <section aria-label="How to get an audit log" className="flex flex-col gap-3 rounded-lg border border-line bg-panel px-4 py-4 text-sm">
      <h2 className="font-semibold">How to get an audit log</h2>
      <ol className="flex list-decimal flex-col gap-2.5 pl-5 text-pretty text-dim">
        <li>
          Have the API server write one, with at least the level <code>Metadata</code> for everything. Of this policy no body and no secret
          value is ever written:
          <div className="mt-1.5 flex items-start gap-2">
            <pre className="min-w-0 flex-1 overflow-x-auto rounded-md bg-bg px-2.5 py-2 font-mono text-xs text-fg">{POLICY}</pre>
            <Button size="sm" onClick={() => void copyText(POLICY, "The audit policy is copied.")}>
              <Copy aria-hidden="true" /> Copy
            </Button>
          </div>
        </li>
        <li>
          On your own control plane: <code>--audit-policy-file</code> and <code>--audit-log-path</code> of <code>kube-apiserver</code>, on
          each of them. In a cloud switch on audit logs of the control plane (EKS: log type <code>audit</code>; AKS: <code>kube-audit</code>
          ; GKE: Cloud Audit Logs) and export the Kubernetes events themselves, one JSON object a line.
        </li>
        <li>
          {mayImport
            ? "Import the files here, packed with gzip or not, those of every API server and as many days back as there are: up to 90 count. "
            : `Have somebody of ${importers.join(" or ")} import the files here. `}
          Only who used which right, how often and when is kept; the text of a log is not.
        </li>
      </ol>
    </section>
  );
}
