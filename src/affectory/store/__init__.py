"""At rest: every record, state, reason and figure in one lake of Delta tables."""
