CREATE TABLE "UsageImport" (
    "id" UUID NOT NULL,
    "connectionId" UUID NOT NULL,
    "importedById" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "name" TEXT NOT NULL,
    "sha256" TEXT NOT NULL,
    "bytes" BIGINT NOT NULL,
    "entries" INTEGER NOT NULL,
    "counted" INTEGER NOT NULL,
    "badLines" INTEGER NOT NULL,
    "problems" JSONB NOT NULL,
    "fromAt" TIMESTAMPTZ(3),
    "toAt" TIMESTAMPTZ(3),

    CONSTRAINT "UsageImport_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "UsageUser" (
    "importId" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "groups" TEXT[],

    CONSTRAINT "UsageUser_pkey" PRIMARY KEY ("importId", "name")
);

CREATE TABLE "UsageUse" (
    "id" BIGSERIAL NOT NULL,
    "importId" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "verb" TEXT NOT NULL,
    "apiGroup" TEXT,
    "resource" TEXT,
    "namespace" TEXT,
    "path" TEXT,
    "times" INTEGER NOT NULL,
    "lastAt" TIMESTAMPTZ(3) NOT NULL,
    "names" TEXT[],
    "unnamed" BOOLEAN NOT NULL,

    CONSTRAINT "UsageUse_pkey" PRIMARY KEY ("id")
);

CREATE UNIQUE INDEX "UsageImport_connectionId_sha256_key" ON "UsageImport"("connectionId", "sha256");

CREATE INDEX "UsageUse_importId_idx" ON "UsageUse"("importId");

ALTER TABLE "UsageImport" ADD CONSTRAINT "UsageImport_connectionId_fkey" FOREIGN KEY ("connectionId") REFERENCES "Connection"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "UsageUser" ADD CONSTRAINT "UsageUser_importId_fkey" FOREIGN KEY ("importId") REFERENCES "UsageImport"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "UsageUse" ADD CONSTRAINT "UsageUse_importId_fkey" FOREIGN KEY ("importId") REFERENCES "UsageImport"("id") ON DELETE CASCADE ON UPDATE CASCADE;
