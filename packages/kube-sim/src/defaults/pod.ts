import type { Fields } from "../object.ts";

/** `object[key] ??= value`, for documents. */
export const fill = (object: Fields, values: Fields): void => {
  for (const [key, value] of Object.entries(values)) object[key] ??= value;
};

/** Defaults of a pod spec, in a pod or a template. Source: `SetDefaults_*` of core/v1 in Kubernetes 1.32. */
export function defaultPodSpec(spec: Fields, isPod: boolean): void {
  for (const volume of spec["volumes"] ?? []) defaultVolume(volume);
  for (const container of spec["initContainers"] ?? []) defaultContainer(container);
  for (const container of spec["containers"] ?? []) defaultContainer(container);
  for (const container of spec["ephemeralContainers"] ?? []) defaultContainer(container);
  fill(spec, {
    restartPolicy: "Always",
    terminationGracePeriodSeconds: 30,
    dnsPolicy: "ClusterFirst",
    securityContext: {},
    schedulerName: "default-scheduler",
  });
  if (spec["serviceAccountName"] !== undefined) spec["serviceAccount"] ??= spec["serviceAccountName"];
  else if (spec["serviceAccount"] !== undefined) spec["serviceAccountName"] = spec["serviceAccount"];
  if (isPod) {
    fill(spec, { enableServiceLinks: true, preemptionPolicy: "PreemptLowerPriority", priority: 0 });
  }
  for (const container of isPod ? (spec["containers"] ?? []) : []) {
    const limits: Fields | undefined = container["resources"]["limits"];
    if (limits !== undefined) container["resources"]["requests"] = { ...limits, ...container["resources"]["requests"] };
  }
}

function defaultContainer(container: Fields): void {
  const image: string = container["image"] ?? "";
  const latest = !/[:@][^/]*$/.test(image) || image.endsWith(":latest");
  fill(container, {
    resources: {},
    terminationMessagePath: "/dev/termination-log",
    terminationMessagePolicy: "File",
    imagePullPolicy: latest ? "Always" : "IfNotPresent",
  });
  for (const port of container["ports"] ?? []) fill(port, { protocol: "TCP" });
  for (const env of container["env"] ?? []) if (env.valueFrom?.fieldRef !== undefined) fill(env.valueFrom.fieldRef, { apiVersion: "v1" });
  for (const name of ["livenessProbe", "readinessProbe", "startupProbe"]) {
    const probe: Fields | undefined = container[name];
    if (probe === undefined) continue;
    fill(probe, { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 });
    if (probe["httpGet"] !== undefined) fill(probe["httpGet"], { path: "/", scheme: "HTTP" });
    if (probe["grpc"] !== undefined) fill(probe["grpc"], { service: "" });
  }
  for (const hook of ["postStart", "preStop"]) {
    const get = container["lifecycle"]?.[hook]?.httpGet;
    if (get !== undefined) fill(get, { path: "/", scheme: "HTTP" });
  }
}

function defaultVolume(volume: Fields): void {
  if (Object.keys(volume).length === 1) volume["emptyDir"] = {};
  for (const source of ["configMap", "secret", "projected", "downwardAPI"]) {
    if (volume[source] !== undefined) fill(volume[source], { defaultMode: 420 });
  }
  for (const source of volume["projected"]?.sources ?? []) {
    if (source.serviceAccountToken !== undefined) fill(source.serviceAccountToken, { expirationSeconds: 3600 });
  }
  if (volume["hostPath"] !== undefined) fill(volume["hostPath"], { type: "" });
  if (volume["ephemeral"]?.volumeClaimTemplate?.spec !== undefined)
    fill(volume["ephemeral"].volumeClaimTemplate.spec, { volumeMode: "Filesystem" });
  if (volume["iscsi"] !== undefined) fill(volume["iscsi"], { iscsiInterface: "default" });
}
