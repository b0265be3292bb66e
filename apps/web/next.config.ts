import path from "node:path";
import type { NextConfig } from "next";

const HEADERS = [
  { key: "X-Content-Type-Options", value: "nosniff" },
  { key: "Referrer-Policy", value: "same-origin" },
  { key: "X-Frame-Options", value: "DENY" },
  { key: "Cross-Origin-Opener-Policy", value: "same-origin" },
  { key: "Cross-Origin-Resource-Policy", value: "same-origin" },
  { key: "Permissions-Policy", value: "camera=(), microphone=(), geolocation=(), payment=(), usb=()" },
];

/** The Content-Security-Policy is in proxy.ts: it carries a new nonce for every page. */
export default {
  poweredByHeader: false,
  reactStrictMode: true,
  devIndicators: false,
  // While developing, pages come through the front process under either name.
  allowedDevOrigins: ["127.0.0.1", "localhost"],
  turbopack: {
    root: path.join(import.meta.dirname, "../.."),
    // The worker of monaco-yaml asks for Monaco by the path it had before it said what it exports.
    resolveAlias: { "monaco-editor/esm/vs/editor/editor.worker.js": "monaco-editor/editor/editor.worker.js" },
  },
  transpilePackages: ["@interlock/protocol", "@interlock/db", "@interlock/audit"],
  serverExternalPackages: ["pg", "@prisma/client", "@prisma/adapter-pg"],
  // `npm run check` checks the types of the whole workspace, this one included; once is enough.
  typescript: { ignoreBuildErrors: true },
  headers: async () => [{ source: "/:path*", headers: HEADERS }],
} satisfies NextConfig;
