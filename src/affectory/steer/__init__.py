"""A language model made better at emotion, or moved by it."""

from affectory.steer.stimuli import EmotionPrompt

__all__ = ["EmotionPrompt"]
