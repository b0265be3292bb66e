/** Loaded into a child that knows nothing of us: it ends when the process that started it is gone. */
process.on("disconnect", () => process.exit(0));
