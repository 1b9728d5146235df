"""Why a state is claimed: methods that give evidence."""

from affectory.explain.interpret import InterpretedText

__all__ = ["InterpretedText"]
