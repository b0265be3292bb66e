/** Runs one benchmark file and sends its figures to the process that started us. */
import { pathToFileURL } from "node:url";

const { default: benchmark } = await import(pathToFileURL(process.argv[2] ?? "").href);
await benchmark((figure) => process.send(figure), process.argv[3] === "small");
process.disconnect();
