"""What must be noticed before words go out, and what must not go out at all."""

from affectory.guard import crisis, redact

__all__ = ["crisis", "redact"]
