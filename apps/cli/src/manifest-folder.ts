import { readManifests, type Manifest, type ManifestProblem } from "@interlock/kube-model";
import { filesAt } from "./manifest-files.ts";
import type { Terminal } from "./terminal.ts";

/** Manifests, and what of the files is none, each as `file:line:column: message`. */
export interface ReadFolder {
  manifests: readonly Manifest[];
  /** What could not be read. */
  problems: string[];
  /** What kustomize would make or change manifests by. */
  kustomizations: string[];
}

/**
 * The manifests of a folder and everything below it, of one file, or of standard input (`-`). What lies in a folder and is no manifest, as the
 * values of a chart, is passed over. Stops with `usage` where there is no file.
 */
export async function manifestFolder(path: string, terminal: Terminal): Promise<ReadFolder> {
  const { files, found } = await filesAt([path], terminal);
  const { manifests, problems } = readManifests(files);
  const text = ({ place, message }: ManifestProblem): string => `${place.file}:${place.line}:${place.column}: ${message}`;
  const told = problems.filter(({ place, noManifest }) => !(noManifest === true && found.has(place.file)));
  return {
    manifests,
    problems: told.filter(({ forKustomize }) => forKustomize !== true).map(text),
    kustomizations: told.filter(({ forKustomize }) => forKustomize === true).map(text),
  };
}
