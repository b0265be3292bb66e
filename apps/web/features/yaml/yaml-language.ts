import "monaco-editor/languages/definitions/yaml/register.js";
import "monaco-editor/features/folding/register.js";
import { configureMonacoYaml, type JSONSchema, type MonacoYaml } from "monaco-yaml";
import { monaco } from "../editor/monaco.ts";

/** The editor's language id of objects; `monaco-yaml` knows no other. */
export const YAML = "yaml";

interface WorkerOptions {
  createData?: unknown;
  label?: string;
}

/**
 * `monaco-yaml` starts its worker as Monaco did before 0.55: it names a module and leaves the rest to Monaco. Since then Monaco wants the
 * worker itself, told first that a message follows and then what it is made with.
 */
function createWebWorker<T extends object>({ createData }: WorkerOptions) {
  const worker = new Worker(new URL("monaco-yaml/yaml.worker.js", import.meta.url), { type: "module" });
  worker.postMessage("begin");
  worker.postMessage(createData);
  return monaco.editor.createWebWorker<T>({ worker });
}

/** Schemas in use, by the URI of the model they are for. */
const schemas = new Map<string, JSONSchema>();
let yaml: MonacoYaml | undefined;

/** Checks, explains and completes a model by a schema until it is disposed. One worker serves all models. */
export function attachSchema(modelUri: string, schema: JSONSchema): { dispose(): void } {
  schemas.set(modelUri, schema);
  configure();
  return {
    dispose() {
      if (schemas.get(modelUri) !== schema) return;
      schemas.delete(modelUri);
      configure();
    },
  };
}

function configure(): void {
  const options = {
    // Nothing is ever fetched: schemas come with the object, from the cluster itself.
    enableSchemaRequest: false,
    hoverSchemaSource: false,
    // What kubectl reads: `yes` is a boolean there.
    yamlVersion: "1.1" as const,
    format: { enable: false },
    // A schema refers to its own parts by what follows a `#`, so its address must have none.
    schemas: [...schemas].map(([uri, schema]) => ({ uri: `${uri}.schema.json`, fileMatch: [uri], schema })),
  };
  if (yaml === undefined) {
    const host = { ...monaco, editor: { ...monaco.editor, createWebWorker } };
    yaml = configureMonacoYaml(host as unknown as Parameters<typeof configureMonacoYaml>[0], options);
  } else void yaml.update(options);
}
