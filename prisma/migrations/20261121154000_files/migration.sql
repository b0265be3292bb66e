ALTER TABLE "Document" ADD COLUMN "removedAt" TIMESTAMPTZ(3);

CREATE TABLE "CommandFile" (
    "commandId" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "content" TEXT NOT NULL,
    "bytes" INTEGER NOT NULL,
    "sha256" TEXT NOT NULL,
    "documentId" UUID,

    CONSTRAINT "CommandFile_pkey" PRIMARY KEY ("commandId", "name")
);

ALTER TABLE "CommandFile" ADD CONSTRAINT "CommandFile_commandId_fkey" FOREIGN KEY ("commandId") REFERENCES "Command"("id") ON DELETE CASCADE ON UPDATE CASCADE;
