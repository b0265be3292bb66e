export * from "./json.ts";
export * from "./label-selector.ts";
export * from "./manifests/manifests.ts";
export * from "./workload/image.ts";
export * from "./workload/pod-templates.ts";
export * from "./workload/workload.ts";
