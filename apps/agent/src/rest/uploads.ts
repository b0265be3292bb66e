/** Requests whose body is read as it arrives, with a limit of its own: it is neither waited for nor kept. */
export const isUpload = (method: string, path: string): boolean =>
  method === "POST" && /^\/api\/v1\/(?:connections\/[^/]+\/usage-imports|rooms\/[^/]+\/uploads)$/.test(path);
