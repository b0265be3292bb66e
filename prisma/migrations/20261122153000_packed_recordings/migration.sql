-- What is stored is packed: to try and compress it again costs the database a processor and gains nothing.
ALTER TABLE "RecordingChunk" ALTER COLUMN "content" SET STORAGE EXTERNAL;
