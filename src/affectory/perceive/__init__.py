"""What is felt: methods that read a state from records."""

from affectory.perceive.boundaries import BoundaryReader
from affectory.perceive.conversation import ConversationEmotion
from affectory.perceive.empathy import EmpathyReader
from affectory.perceive.instruct import InstructReader
from affectory.perceive.lexicon import LexiconEmotion
from affectory.perceive.readers import ReaderEmotions
from affectory.perceive.signals import SignalReader
from affectory.perceive.symptoms import SymptomReader
from affectory.perceive.utterance import UtteranceEmotion

__all__ = [
    "BoundaryReader",
    "ConversationEmotion",
    "EmpathyReader",
    "InstructReader",
    "LexiconEmotion",
    "ReaderEmotions",
    "SignalReader",
    "SymptomReader",
    "UtteranceEmotion",
]
