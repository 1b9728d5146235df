"""At scale: one map over batches of whole sessions, whoever runs it."""
