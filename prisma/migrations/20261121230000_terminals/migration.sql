CREATE TABLE "Terminal" (
    "id" UUID NOT NULL,
    "roomId" UUID NOT NULL,
    "connectionId" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "openedById" UUID NOT NULL,
    "key" TEXT NOT NULL,
    "reason" TEXT,
    "pod" JSONB,
    "terms" JSONB NOT NULL,
    "columns" INTEGER NOT NULL,
    "rows" INTEGER NOT NULL,
    "phase" TEXT NOT NULL,
    "openedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "connectedAt" TIMESTAMPTZ(3),
    "endedAt" TIMESTAMPTZ(3),
    "end" JSONB,
    "recording" TEXT NOT NULL,

    CONSTRAINT "Terminal_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "RecordingChunk" (
    "terminalId" UUID NOT NULL,
    "number" INTEGER NOT NULL,
    "at" INTEGER NOT NULL,
    "offset" BIGINT NOT NULL,
    "content" BYTEA NOT NULL,
    "sha256" TEXT NOT NULL,
    "chain" TEXT NOT NULL,
    "end" TEXT,
    "storedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "RecordingChunk_pkey" PRIMARY KEY ("terminalId","number")
);

CREATE TABLE "HostKey" (
    "id" UUID NOT NULL,
    "connectionId" UUID NOT NULL,
    "host" TEXT NOT NULL,
    "algorithm" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "fingerprint" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "metAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "decidedById" UUID,
    "decidedAt" TIMESTAMPTZ(3),

    CONSTRAINT "HostKey_pkey" PRIMARY KEY ("id")
);

CREATE UNIQUE INDEX "Terminal_openedById_key_key" ON "Terminal"("openedById", "key");

CREATE INDEX "Terminal_roomId_openedAt_idx" ON "Terminal"("roomId", "openedAt");

CREATE INDEX "Terminal_phase_idx" ON "Terminal"("phase");

CREATE UNIQUE INDEX "HostKey_connectionId_host_key_key" ON "HostKey"("connectionId", "host", "key");

ALTER TABLE "Terminal" ADD CONSTRAINT "Terminal_roomId_fkey" FOREIGN KEY ("roomId") REFERENCES "Room"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

ALTER TABLE "Terminal" ADD CONSTRAINT "Terminal_connectionId_fkey" FOREIGN KEY ("connectionId") REFERENCES "Connection"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

ALTER TABLE "RecordingChunk" ADD CONSTRAINT "RecordingChunk_terminalId_fkey" FOREIGN KEY ("terminalId") REFERENCES "Terminal"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "HostKey" ADD CONSTRAINT "HostKey_connectionId_fkey" FOREIGN KEY ("connectionId") REFERENCES "Connection"("id") ON DELETE CASCADE ON UPDATE CASCADE;
