CREATE TABLE "RecordingTail" (
    "terminalId" UUID NOT NULL,
    "number" INTEGER NOT NULL,
    "content" BYTEA NOT NULL,

    CONSTRAINT "RecordingTail_pkey" PRIMARY KEY ("terminalId")
);

ALTER TABLE "RecordingTail" ADD CONSTRAINT "RecordingTail_terminalId_fkey" FOREIGN KEY ("terminalId") REFERENCES "Terminal"("id") ON DELETE CASCADE ON UPDATE CASCADE;
