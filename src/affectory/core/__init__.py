"""The ground: what everything above speaks in, standing on numpy and polars alone."""
