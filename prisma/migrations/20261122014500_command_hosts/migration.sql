ALTER TABLE "Command" ADD COLUMN "hostOrder" JSONB;

CREATE TABLE "CommandHost" (
    "commandId" UUID NOT NULL,
    "number" INTEGER NOT NULL,
    "connectionId" UUID NOT NULL,
    "impact" JSONB NOT NULL,
    "verdict" JSONB NOT NULL,

    CONSTRAINT "CommandHost_pkey" PRIMARY KEY ("commandId","number")
);

ALTER TABLE "CommandHost" ADD CONSTRAINT "CommandHost_commandId_fkey" FOREIGN KEY ("commandId") REFERENCES "Command"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "CommandHost" ADD CONSTRAINT "CommandHost_connectionId_fkey" FOREIGN KEY ("connectionId") REFERENCES "Connection"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
