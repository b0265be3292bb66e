FROM node:24-slim AS build
WORKDIR /app
COPY . .
RUN npm ci --no-audit --no-fund
# Generation looks for an engine it does not need; any file that exists will do.
RUN PRISMA_SCHEMA_ENGINE_BINARY=/usr/local/bin/node node node_modules/prisma/build/index.js generate

FROM node:24-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app /app
RUN mkdir /var/lib/interlock && chown node:node /var/lib/interlock
VOLUME /var/lib/interlock
EXPOSE 7301
USER node
HEALTHCHECK --interval=5s --timeout=3s --retries=20 CMD ["node", "/app/docker/healthcheck.mjs", "http://127.0.0.1:7301/api/v1/health"]
# As apps/agent/src/node-options.ts says.
CMD ["node", "--max-semi-space-size=4", "--heap-growing-percent=100", "apps/agent/src/main.ts"]
