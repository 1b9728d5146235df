"""The 44 published systems of the house, each with its one place: a task and a technique.

Tasks and techniques begin with those of Zhang et al., "Affective Computing in the Era of Large
Language Models: A Survey from the NLP Perspective" (2024); what the survey leaves out because
it is about text alone, other senses, dynamics, agents, is *ours*. A system that does several
things stands where its main claim is.
"""

__all__ = ["HOUSE", "SYSTEMS", "TASKS", "TECHNIQUES", "System"]

from typing import NamedTuple


class System(NamedTuple):
    """One published system.

    Attributes:
        number: Its number in the house.
        name: What its paper calls it.
        room: Its address, `wing/thing`.
        task: What it is for; a key of `TASKS`.
        technique: How it does it; a key of `TECHNIQUES`.
    """

    number: int
    name: str
    room: str
    task: str
    technique: str


TASKS = {
    # understanding
    "polarity": "how pleasant a text is",
    "emotion": "which emotions one text, face or clip shows, how strongly",
    "aspect": "what is felt about which thing",
    "conversation": "the emotion of each turn, from those before",
    "mental health": "symptoms, severity, risk; estimates, no findings",
    "personality": "lasting traits, and what they do to feelings",
    "toxicity": "words that harm",
    "sarcasm": "words that mean their opposite",
    "empathy": "feeling with others: concern, distress, listeners",
    "reader": "what an audience will feel",
    "ambivalence": "feelings that contradict each other",
    "explanation": "why a state is claimed",
    "physiology": "emotion in heart, skin and brain",
    "representation": "the same feeling said in another way",
    # generation
    "empathetic response": "the next words, with feeling",
    "support": "help over several turns",
    "summary": "opinions in short",
    "role play": "characters and worlds that feel",
    "expression": "faces, voices and pictures that show a state",
    "action": "what to do, given how somebody feels",
    # dynamics
    "forecast": "what will be felt or done next",
    "population": "the feelings of many over days",
    # agents
    "agent signals": "how a conversation with an agent goes",
    "boundaries": "what an agent lets itself be drawn into",
    "model internals": "where a model holds emotion, and what moves it",
    "evaluation": "how good models and data are",
}
TECHNIQUES = {
    "rules": "word lists, phrases, exact arithmetic",
    "statistics": "closed forms, ridge, kernels, mixtures, state spaces",
    "full tuning": "a network learns all of its weights",
    "low-rank tuning": "LoRA and kin",
    "prompt tuning": "vectors before the input are learned",
    "zero-shot": "a prompt and nothing else",
    "few-shot": "a prompt with solved examples, retrieved or fixed",
    "chain of thought": "a prompt that asks for steps",
    "agents": "several prompted roles that work together",
    "reinforcement": "human, verifiable or model-made rewards",
    "fusion": "several senses in one network",
    "decoding": "a state becomes motion, pictures or sound",
    "physics": "a differential equation with learned terms",
    "probing": "directions, heads and layers of a frozen model",
    "simulation": "a world with known truth",
}
SYSTEMS = tuple(
    System(number + 1, *row)
    for number, row in enumerate(
        (
            ("Thousand Voices of Trauma", "simulate/therapy", "mental health", "simulation"),
            ("VidEmo", "explain/tree", "explanation", "reinforcement"),
            ("MentraSuite", "steer/align", "mental health", "reinforcement"),
            ("Decoding Emotion in the Deep", "perceive/hidden", "model internals", "probing"),
            ("OMG-Empathy", "perceive/listener", "empathy", "fusion"),
            ("Emotions as distributions", "represent/mixtures", "representation", "statistics"),
            ("RAW", "forecast/regions", "forecast", "full tuning"),
            ("Personality-affected transition", "forecast/transition", "personality", "statistics"),
            ("Interpretable MH analysis", "explain/interpret", "explanation", "chain of thought"),
            ("APOLO", "steer/refine", "evaluation", "agents"),
            ("Emotion circuits", "steer/circuits", "model internals", "probing"),
            ("Movies' evoked affect", "perceive/movies", "reader", "fusion"),
            ("EmoVid", "express/grade", "expression", "decoding"),
            ("EchoVLA", "respond/drive", "action", "fusion"),
            ("EmoLLMs", "perceive/instruct", "emotion", "full tuning"),
            ("ReDSM5", "perceive/symptoms", "mental health", "rules"),
            ("EmotionPrompt", "steer/stimuli", "evaluation", "zero-shot"),
            ("ESC preference bias", "respond/support", "support", "statistics"),
            ("EmoCAST", "express/portrait", "expression", "decoding"),
            ("life2vec", "forecast/lives", "forecast", "full tuning"),
            ("ATEI", "perceive/inconsistency", "mental health", "fusion"),
            ("RSR", "measure/suitability", "evaluation", "statistics"),
            ("EmoArt", "perceive/artworks", "emotion", "full tuning"),
            ("AC survey", "bench/atlas", "evaluation", "rules"),
            ("CharacterBox", "simulate/world", "role play", "agents"),
            ("HEF", "respond/empathy", "empathetic response", "few-shot"),
            ("Think-Before-Draw", "express/plan", "expression", "chain of thought"),
            ("Tri-modal severity", "perceive/severity", "mental health", "fusion"),
            ("EigenTrajectory", "forecast/eigen", "forecast", "statistics"),
            ("COVID Argentina", "forecast/population", "population", "statistics"),
            ("WASSA empathy", "perceive/empathy", "empathy", "statistics"),
            ("PRC-Emo", "perceive/conversation", "conversation", "few-shot"),
            ("Signals", "perceive/signals", "agent signals", "rules"),
            ("PINN for EDA", "perceive/eda", "physiology", "physics"),
            ("EMER / AffectGPT", "explain/multimodal", "explanation", "fusion"),
            ("Facial-R1", "explain/facial", "emotion", "reinforcement"),
            ("Emotional RAG", "respond/memory", "role play", "few-shot"),
            ("BAH", "perceive/ambivalence", "ambivalence", "fusion"),
            ("Emotion-aware encoder", "respond/tone", "empathetic response", "full tuning"),
            ("REDAffectiveLM", "perceive/readers", "reader", "full tuning"),
            ("EMOTE", "express/speech", "expression", "decoding"),
            ("Aff-Wild family", "perceive/wild", "emotion", "fusion"),
            ("Beyond No", "perceive/boundaries", "boundaries", "rules"),
            ("HiSTN", "perceive/eeg", "physiology", "full tuning"),
        )
    )
)
HOUSE = {  # methods that follow a paper outside of the table
    "perceive/utterance": ("emotion", "full tuning"),
    "forecast/states": ("forecast", "statistics"),
    "perceive/lexicon": ("polarity", "rules"),
}
