export * from "./json.ts";
export * from "./label-selector.ts";
export * from "./manifests/manifests.ts";
