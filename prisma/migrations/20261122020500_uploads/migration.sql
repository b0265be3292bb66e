CREATE TABLE "Upload" (
    "id" UUID NOT NULL,
    "roomId" UUID NOT NULL,
    "connectionId" UUID NOT NULL,
    "userId" UUID NOT NULL,
    "commandId" UUID,
    "path" TEXT NOT NULL,
    "bytes" BIGINT NOT NULL,
    "sha256" TEXT NOT NULL,
    "replaces" JSONB,
    "impact" JSONB NOT NULL,
    "resolution" JSONB NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Upload_pkey" PRIMARY KEY ("id")
);

CREATE UNIQUE INDEX "Upload_commandId_key" ON "Upload"("commandId");

CREATE INDEX "Upload_createdAt_idx" ON "Upload"("createdAt");

ALTER TABLE "Upload" ADD CONSTRAINT "Upload_commandId_fkey" FOREIGN KEY ("commandId") REFERENCES "Command"("id") ON DELETE CASCADE ON UPDATE CASCADE;
