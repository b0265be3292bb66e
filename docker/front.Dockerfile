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
EXPOSE 7300
USER node
HEALTHCHECK --interval=5s --timeout=3s --retries=20 CMD ["node", "/app/docker/healthcheck.mjs", "http://127.0.0.1:7300/api/v1/health"]
CMD ["node", "apps/front/src/proxy-main.ts"]
