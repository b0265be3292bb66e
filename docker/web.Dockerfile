FROM node:24-slim AS build
WORKDIR /app
COPY . .
RUN npm ci --no-audit --no-fund
# Generation looks for an engine it does not need; any file that exists will do.
RUN PRISMA_SCHEMA_ENGINE_BINARY=/usr/local/bin/node node node_modules/prisma/build/index.js generate
RUN cd apps/web && NEXT_TELEMETRY_DISABLED=1 node ../../node_modules/next/dist/bin/next build

FROM node:24-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app /app
EXPOSE 7302
WORKDIR /app/apps/web
USER node
HEALTHCHECK --interval=5s --timeout=3s --retries=20 CMD ["node", "/app/docker/healthcheck.mjs", "http://127.0.0.1:7302/icon.svg"]
CMD ["node", "../../node_modules/next/dist/bin/next", "start", "--port", "7302", "--hostname", "0.0.0.0"]
