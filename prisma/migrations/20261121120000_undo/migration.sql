-- AlterTable
ALTER TABLE "Command" ADD COLUMN "dryRun" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN "undoOfId" UUID;

-- CreateTable
CREATE TABLE "Undo" (
    "commandId" UUID NOT NULL,
    "image" BYTEA,
    "digest" TEXT NOT NULL,
    "rows" INTEGER NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "Undo_pkey" PRIMARY KEY ("commandId")
);

-- CreateIndex
CREATE INDEX "Undo_expiresAt_idx" ON "Undo"("expiresAt");

-- CreateIndex
CREATE INDEX "Command_undoOfId_idx" ON "Command"("undoOfId");

-- AddForeignKey
ALTER TABLE "Command" ADD CONSTRAINT "Command_undoOfId_fkey" FOREIGN KEY ("undoOfId") REFERENCES "Command"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Undo" ADD CONSTRAINT "Undo_commandId_fkey" FOREIGN KEY ("commandId") REFERENCES "Command"("id") ON DELETE CASCADE ON UPDATE CASCADE;
