"""Small closed sets of words that change or void a reading: negators, degrees, function words.

The negators are a list of their own: the one in `senses.text` is frozen with the weights
that were learned with it.
"""

__all__ = ["BRAKE", "HOME", "NEGATOR", "PUSH", "STRANGE", "TURN", "kinds_of"]

NEGATOR, PUSH, BRAKE, HOME, STRANGE, TURN = 1, 2, 4, 8, 16, 32  # bits of a kind


def kinds_of(language: str) -> dict[str, int]:
    """Return words and their kinds, for texts that should be in `language`.

    A function word of `language` is `HOME`, one of other languages alone is `STRANGE`.
    Without a language, or for one that is not listed here, no word is either; the kinds of
    `WORDS` are known for English, and used where no language is named.
    """
    kinds: dict[str, int] = {}
    groups = list(WORDS) if language in ("", "en") else []
    if language in FUNCTION_WORDS:
        own = set(FUNCTION_WORDS[language].split())
        every = {word for words in FUNCTION_WORDS.values() for word in words.split()}
        groups += [(HOME, " ".join(own)), (STRANGE, " ".join(every - own))]
    for bit, words in groups:
        for word in words.split():
            kinds[word] = kinds.get(word, 0) | bit
    return kinds


NEGATORS = """
    not no never none nobody nothing neither nor nowhere without hardly barely scarcely rarely
    seldom lack lacks lacking cannot nope dont cant wont isnt arent wasnt werent doesnt didnt
    hasnt havent hadnt shouldnt wouldnt couldnt aint neednt mustnt
    don't can't won't isn't aren't wasn't weren't doesn't didn't hasn't haven't hadn't shouldn't
    wouldn't couldn't ain't needn't mustn't mightn't shan't daren't oughtn't
"""
PUSHES = """
    absolutely amazingly awfully completely considerably decidedly deeply enormously entirely
    especially exceptionally extremely fabulously fully greatly highly hugely incredibly intensely
    more most particularly purely quite really remarkably so substantially such super terribly
    thoroughly too totally tremendously truly unbelievably utterly very
"""
BRAKES = """
    almost fairly kinda less little marginally mildly occasionally partly slightly
    somewhat sorta
"""
TURNS = "but yet though although because however"
WORDS = ((NEGATOR, NEGATORS), (PUSH, PUSHES), (BRAKE, BRAKES), (TURN, TURNS))
FUNCTION_WORDS = {
    "en": """the and of to is it you that was for are with his they this have from or had by but
        what all were we when your can said there an each which their if will other about how then
        them these some her would him has been my than who its now did i be at not she he our do
        am just so too very me no us as on in out up don't i'm it's that's can't didn't""",
    "de": """der die das und ist nicht ich du er sie es wir ihr ein eine einen einem einer zu den
        dem des mit auf für von im in am an auch aber wie war sind habe hat haben bin bist was wenn
        dass oder nur noch schon mich mir dich dir sich so sehr mein kein keine nach bei aus über
        vor um als wird werden kann""",
    "fr": """le la les un une des et est pas je tu il elle nous vous ils que qui dans pour sur avec
        ce cette mais ou où ne se au aux du de en mon ma mes ton son sa ses leur plus très suis es
        sont était ai as avons être avoir fait comme tout bien c'est j'ai n'est""",
    "es": """el la los las un una unos y es no yo tú él ella nosotros ellos que de en por para con
        su sus se lo le les pero como más muy mi tu este esta eso estoy está están son soy era fue
        ha he hay cuando donde todo también porque si al del sin sobre me te""",
    "it": """il lo la gli le un una e è non io tu lui lei noi voi loro che di in per con su da del
        della dei delle al alla ma come più molto mio mia questo questa sono sei era ho hai ha
        abbiamo hanno quando dove tutto anche perché se si mi ti ci""",
    "pt": """o a os as um uma e é não eu tu ele ela nós eles que de em por para com seu sua se do
        da dos das no na mas como mais muito meu minha este esta isso estou está são sou era foi
        tem há quando onde tudo também porque ao me te você""",
    "nl": """de het een en is niet ik jij je hij zij ze wij we jullie van in op met voor aan te dat
        die dit maar als ook nog wel zijn was ben bent heb heeft hebben er naar om bij uit door
        over mijn geen wat wie waar kan""",
}  # fmt: skip
