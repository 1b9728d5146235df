"""What a person touches in a terminal: one command per verb, `trace` for the whole walk."""
