import { z } from "@hono/zod-openapi";

/** What is sent along with a text. Names and sizes are judged where they are frozen, which every way in goes through. */
export const GIVEN_FILES = {
  files: z
    .record(z.string(), z.string())
    .optional()
    .describe('Files by name, e.g. {"deploy.yaml": "apiVersion: …"}: what -f deploy.yaml reads.'),
  stdin: z.string().optional().describe("Standard input, for what reads it: -f -"),
};
