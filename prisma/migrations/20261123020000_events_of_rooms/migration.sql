-- Recordings add a link a second, which rooms do not show: what they show is found without walking over those.
CREATE INDEX "AuditEvent_roomId_seq_shown_idx" ON "AuditEvent" ("roomId", "seq") WHERE "type" <> 'recording.chained';
