/** What the web process is told by its environment. */
export interface Config {
  databaseUrl: string;
  /** Signs and encrypts the session cookie; the agent has the same. */
  secret: string;
  /** Public origins of this installation, e.g. `http://localhost:7300`; the first is the canonical one. */
  origins: string[];
  /** Whether cookies are `Secure`. */
  https: boolean;
  demo: boolean;
  development: boolean;
}

let known: Config | undefined;

/**
 * The configuration, read from the environment once, at first use and not at import: `next build` imports every route without one.
 * Throws, naming what is missing or wrong, never a value.
 */
export function config(): Config {
  return (known ??= read(process.env));
}

function read(env: NodeJS.ProcessEnv): Config {
  const required = (name: string): string => {
    const value = env[name];
    if (!value) throw new Error(`${name} is not set`);
    return value;
  };
  const publicUrl = origin("NEXTAUTH_URL", required("NEXTAUTH_URL"));
  const others = (env["INTERLOCK_ORIGINS"] ?? "").split(",").filter(Boolean);
  const production = env["NODE_ENV"] === "production";
  return {
    databaseUrl: required("DATABASE_URL"),
    secret: required("NEXTAUTH_SECRET"),
    origins: [...new Set([publicUrl, ...others.map((other) => origin("INTERLOCK_ORIGINS", other.trim()))])],
    https: publicUrl.startsWith("https:"),
    demo: env["INTERLOCK_DEMO"] === "1",
    development: !production,
  };
}

function origin(name: string, value: string): string {
  if (!URL.canParse(value)) throw new Error(`${name} is not a URL`);
  return new URL(value).origin;
}
