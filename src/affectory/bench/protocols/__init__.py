"""One file per protocol; each has a constant PROTOCOL."""
