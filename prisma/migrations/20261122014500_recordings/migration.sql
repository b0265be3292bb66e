ALTER TABLE "RecordingChunk" ALTER COLUMN "content" DROP NOT NULL;
ALTER TABLE "RecordingChunk" ADD COLUMN "object" TEXT;
ALTER TABLE "RecordingChunk" ADD COLUMN "bytes" INTEGER NOT NULL DEFAULT 0;
UPDATE "RecordingChunk" SET "bytes" = octet_length("content");
ALTER TABLE "RecordingChunk" ALTER COLUMN "bytes" DROP DEFAULT;

CREATE TABLE "RecordingHold" (
    "terminalId" UUID NOT NULL,
    "reason" TEXT NOT NULL,
    "by" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "RecordingHold_pkey" PRIMARY KEY ("terminalId")
);

CREATE TABLE "RecordingRemoval" (
    "terminalId" UUID NOT NULL,
    "rule" TEXT NOT NULL,
    "policyVersion" TEXT NOT NULL,
    "chunks" INTEGER NOT NULL,
    "bytes" BIGINT NOT NULL,
    "hash" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "RecordingRemoval_pkey" PRIMARY KEY ("terminalId")
);

ALTER TABLE "RecordingHold" ADD CONSTRAINT "RecordingHold_terminalId_fkey" FOREIGN KEY ("terminalId") REFERENCES "Terminal"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

ALTER TABLE "RecordingRemoval" ADD CONSTRAINT "RecordingRemoval_terminalId_fkey" FOREIGN KEY ("terminalId") REFERENCES "Terminal"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
