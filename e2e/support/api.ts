import type { Command } from "@interlock/protocol";
import type { Service } from "./service.ts";

/** The REST API as a script uses it, as one person. */
export interface Api {
  get<T>(path: string): Promise<{ status: number; body: T }>;
  post<T>(path: string, body: unknown, headers?: Record<string, string>): Promise<{ status: number; body: T }>;
  command(id: string): Promise<Command>;
}

export async function apiOf(service: Service, user: string): Promise<Api> {
  const { code, stdout, stderr } = await service.cli("token", "create", "--user", user);
  if (code !== 0) throw new Error(`no token for ${user}: ${stderr}`);
  const authorization = `Bearer ${stdout.trim()}`;
  const read = async <T>(response: Response) => ({ status: response.status, body: (await response.json()) as T });
  const get = async <T>(path: string) => read<T>(await fetch(`${service.url}/api/v1${path}`, { headers: { authorization } }));
  return {
    get,
    post: async <T>(path: string, body: unknown, headers: Record<string, string> = {}) =>
      read<T>(
        await fetch(`${service.url}/api/v1${path}`, {
          method: "POST",
          headers: { authorization, "content-type": "application/json", ...headers },
          body: JSON.stringify(body),
        }),
      ),
    command: async (id) => (await get<Command>(`/commands/${id}`)).body,
  };
}
