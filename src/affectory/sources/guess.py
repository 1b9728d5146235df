"""Which column plays which role: by its name in many spellings, then by its content.

What the user named is taken; what is left is guessed. Where two columns could be meant and
their content does not tell them apart, the user is asked rather than the first one taken.
"""

__all__ = ["COMMON", "looks_like_header", "plain", "roles"]

import re
import unicodedata
from collections.abc import Sequence

import polars as pl

from affectory.core.errors import BadColumn
from affectory.sources.reading import Columns
from affectory.sources.times import readable

SAMPLE = 500  # rows whose content is looked at
WORDY = 2.5  # mean words above which a column may hold speech

# Spellings in lower case, letters and digits only; the surest first, a tier a line.
SPELLINGS: dict[str, tuple[str, ...]] = {
    "session": (
        "session sessionid conversationid convid conv convo conversation dialogueid dialogid",
        "dialogue dialog",
        "threadid chatid callid interactionid ticketid roomid channelid thread chat call talk",
        "ticket transcriptid interviewid caseid sessionname meetingid storyid docid documentid",
        "sesion conversacion idconversacion gespraech gesprach gespraechid sitzung dialogo",
    ),
    "actor": (
        "actor speaker speakername speakerid author authorname sender sendername who",
        "participant participantname role from username nickname userid user agentname",
        "fromname fromuser person character name spk interlocutor party speakerrole",
        "sprecher locuteur auteur hablante autor orador remitente expediteur absender falante",
        "wer quien qui chi quem",
    ),
    "text": (
        "text utterance message messagetext body content transcript",
        "msg sentence turn speech messagebody utterancetext dialoguetext tweet comment",
        "response words line caption post posttext tweettext review note entry",
        "texto mensaje nachricht texte mensagem testo aeusserung enunciado",
    ),
    "time": (
        "timestamp time starttime start createdat sentat datetime",
        "date created sent startsec startseconds startms begin begintime onset ts when",
        "createdutc utctime localtime postedat publishedat senttime messagetime starts tmin",
        "zeit zeitstempel hora fecha fechahora heure horodatage datum data beginn anfang",
    ),
    "stop": (
        "stop endtime end stoptime offset endsec endseconds endms finish tmax",
        "fin ende fim hasta",
    ),
    "seq": (
        "seq utteranceid uttid utteranceidx uttidx turnid turnidx turnindex turnnumber",
        "sequence sequencenumber messageindex msgindex position lineno linenumber order",
    ),
}
COMMON = frozenset(" ".join(line for lines in SPELLINGS.values() for line in lines).split()) | {
    "id", "label", "emotion", "sentiment", "split", "index", "valence", "arousal", "score",
}  # fmt: skip


def plain(name: str) -> str:
    """Return a column name reduced to its letters and digits, lower case, without accents."""
    bare = unicodedata.normalize("NFKD", name.lower())
    return re.sub(r"[\W_]+", "", "".join(c for c in bare if not unicodedata.combining(c)))


def looks_like_header(rows: Sequence[Sequence[str]], named: Sequence[str] = ()) -> bool:
    """Tell whether the first of `rows` names the columns.

    It does if it has a usual spelling or a name the user gave; it does not if a cell is
    empty, a number, a time, doubled or a sentence.
    """
    first = [cell.strip() for cell in rows[0]]
    if set(first) & set(named):
        return True
    if any(plain(cell) in COMMON for cell in first):
        return True
    if len(set(first)) < len(first) or not all(first):
        return False
    if any(len(cell.split()) > 4 or cell[-1] in ".?!" for cell in first):
        return False
    return not bool(readable(pl.Series(first)).any())


def roles(frame: pl.DataFrame, columns: Columns, *, fixed: bool = False) -> dict[str, str]:
    """Return the column for each role that the table has; `text` is always among them.

    Args:
        frame: The first rows of the table.
        columns: What the user named.
        fixed: Whether the layout has named all there is, so that nothing is guessed.

    Raises:
        BadColumn: if a named column is missing, or the text cannot be told.
    """
    chosen = dict(columns.named)
    for role, name in chosen.items():
        if name not in frame.columns:
            flag = f"check the spelling of --{role} {name!r}"
            raise BadColumn(f"{role} ({name!r})", frame.columns, flag)
    sample = frame.head(SAMPLE)
    for role in () if fixed else ("text", "actor", "session", "time", "stop", "seq"):
        free = [name for name in frame.columns if name not in chosen.values()]
        if role not in chosen and (guessed := _guess(role, free, sample)):
            chosen[role] = guessed
    if "text" not in chosen:
        cure = "say which column holds what was said: --text NAME"
        raise BadColumn("text", frame.columns, cure)
    if "stop" in chosen and "time" not in chosen:
        del chosen["stop"]
    return chosen


def _guess(role: str, free: list[str], sample: pl.DataFrame) -> str | None:
    """Return the column for `role`, or None; a tie is settled by content."""
    fitting = [name for name in free if _fits(role, sample[name])]
    for tier in SPELLINGS[role]:
        spelled = tier.split()
        hits = [name for name in fitting if plain(name) in spelled]
        if hits:
            return _settled(role, hits, spelled, sample)
    if role == "text":
        return _by_content(fitting, sample)
    if role == "actor" and all(name.startswith("column_") for name in sample.columns):
        return _few_names(fitting, sample)
    if role == "time":
        return next((n for n in fitting if _is_dated(sample[n])), None)
    return None


def _settled(role: str, hits: list[str], spelled: list[str], sample: pl.DataFrame) -> str:
    """Return one of several columns with usual names."""
    if role == "text" and len(hits) > 1:
        longest = sorted(hits, key=lambda name: _words(sample[name]), reverse=True)
        if _words(sample[longest[0]]) > 2 * _words(sample[longest[1]]):
            return longest[0]
    return min(hits, key=lambda name: spelled.index(plain(name)))


def _by_content(names: list[str], sample: pl.DataFrame) -> str | None:
    """Return the only column that holds speech; with several, the user must say which."""
    wordy = [n for n in names if _words(sample[n]) >= WORDY and not _is_time(sample[n])]
    if len(wordy) > 1:
        cure = f"{' and '.join(wordy[:4])} could each be it: say which with --text NAME"
        raise BadColumn("text", sample.columns, cure)
    return wordy[0] if wordy else None


def _few_names(names: list[str], sample: pl.DataFrame) -> str | None:
    """Return the first column of few, short, repeated values."""
    for name in names:
        values = sample[name].drop_nulls()
        if len(values) >= 2 and values.n_unique() < max(2, 0.5 * len(values)) + 1:
            return name
    return None


def _fits(role: str, values: pl.Series) -> bool:
    """Tell whether a column can play a role at all, from its type and first values."""
    kind = values.dtype
    if kind.is_nested() or kind == pl.Binary:
        return False
    if role == "text":
        return kind in (pl.String, pl.Categorical, pl.Null) or isinstance(kind, pl.Enum)
    if role == "actor":
        return not kind.is_temporal() and _is_name(values) and _words(values) < 6
    if role in ("time", "stop"):
        return values.null_count() == len(values) or _is_time(values)
    if role == "seq":
        number = values.cast(pl.String).cast(pl.Float64, strict=False)
        return bool(len(number)) and number.null_count() <= values.null_count()
    return _is_name(values)


def _is_name(values: pl.Series) -> bool:
    """Tell whether values can be names; fractions cannot."""
    return not values.dtype.is_float() or bool((values.drop_nulls() % 1 == 0).all())


def _is_time(values: pl.Series) -> bool:
    """Tell whether at least a tenth of the values can be read as times."""
    if values.dtype.is_temporal():
        return True
    given = values.drop_nulls().head(50)
    return bool(len(given)) and 10 * int(readable(given).sum()) >= len(given)


def _is_dated(values: pl.Series) -> bool:
    """Tell whether a column without a telling name holds dates or clock times beyond doubt."""
    if values.dtype.is_temporal():
        return True
    if values.dtype != pl.String or values.null_count() == len(values):
        return False
    number = values.cast(pl.Float64, strict=False)
    given = values.filter(values.is_not_null())
    return number.null_count() == len(values) and bool(readable(given).mean() == 1.0)


def _words(values: pl.Series) -> float:
    """Return the mean number of words of the values that are not null."""
    if values.dtype not in (pl.String, pl.Categorical) and not isinstance(values.dtype, pl.Enum):
        return 0.0
    counts = values.drop_nulls().cast(pl.String).str.count_matches(r"\S+")
    mean = counts.mean()
    return float(mean) if isinstance(mean, int | float) else 0.0
