"""A language model made better at emotion, or moved by it."""

__all__: list[str] = []
