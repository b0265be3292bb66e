/** The front alone, for deployments where everything behind it runs elsewhere (docker-compose.yml). */
import { once } from "node:events";
import { readProxyConfig } from "./config.ts";
import { createFront } from "./proxy.ts";

try {
  const config = readProxyConfig(process.env);
  const server = createFront({ agent: () => config.agent, web: () => config.web }, [config.origin], (line) =>
    process.stderr.write(`${line}\n`),
  );
  server.listen(config.port, config.host);
  await once(server, "listening");
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.on(signal, () => {
      server.close(() => process.exit(0));
      server.closeAllConnections();
    });
  process.stdout.write(`Interlock's front listens on ${config.host}:${config.port} for ${config.origin}\n`);
} catch (error) {
  process.stderr.write(`Interlock's front did not start: ${(error as Error).message}\n`);
  process.exit(1);
}
