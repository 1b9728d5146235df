"""Where records come from: files of many layouts, and tables in memory."""

from affectory.sources import chats as chats
from affectory.sources import conversations as conversations
from affectory.sources import corpora as corpora
from affectory.sources import csvs as csvs
from affectory.sources import elan as elan
from affectory.sources import frames as frames
from affectory.sources import lines as lines
from affectory.sources import messages as messages
from affectory.sources import scripts as scripts
from affectory.sources import subtitles as subtitles
from affectory.sources import textgrids as textgrids
from affectory.sources.finding import origins
from affectory.sources.layouts import LAYOUTS
from affectory.sources.reading import Columns, Reading, RowsLeftOut
from affectory.sources.stream import read, read_with_rejects, stream

__all__ = [
    "LAYOUTS",
    "Columns",
    "Reading",
    "RowsLeftOut",
    "origins",
    "read",
    "read_with_rejects",
    "stream",
]
