"""Kinds of recordings: which files are one, what a browser is told, and how each begins.

A recording is told by its ending, and must begin as files of that ending do: what a browser is
told is ours, from this table, never what somebody sent.
"""

__all__ = ["HEAD", "KINDS", "Container", "container", "sound"]

from dataclasses import dataclass
from pathlib import PurePath

HEAD = 64  # bytes that tell what a file is
Marks = tuple[tuple[int, bytes], ...]


@dataclass(frozen=True, slots=True)
class Container:
    """What files of one ending are.

    Args:
        kind: `audio` or `video`.
        type: What a browser is told.
        marks: Ways to begin, each some (place, bytes) that must all be there.
    """

    kind: str
    type: str
    marks: tuple[Marks, ...]


# An MPEG frame begins with eleven ones; of version, layer and checksum these are in use.
_FRAMES = tuple(((0, bytes((0xFF, low))),) for low in (0xFB, 0xFA, 0xF3, 0xF2, 0xE3, 0xE2))
_ADTS = tuple(((0, bytes((0xFF, low))),) for low in (0xF1, 0xF0, 0xF9, 0xF8))
_ID3: Marks = ((0, b"ID3"),)
_OGG: tuple[Marks, ...] = (((0, b"OggS"),),)
_ISO: tuple[Marks, ...] = (((4, b"ftyp"),),)
_OLD = tuple(((4, box),) for box in (b"moov", b"mdat", b"wide", b"free", b"skip"))
_RIFF = tuple(((0, form), (8, b"WAVE")) for form in (b"RIFF", b"RF64", b"BW64"))

KINDS: dict[str, Container] = {
    ".mp3": Container("audio", "audio/mpeg", (_ID3, *_FRAMES)),
    ".wav": Container("audio", "audio/wav", _RIFF),
    ".ogg": Container("audio", "audio/ogg", _OGG),
    ".oga": Container("audio", "audio/ogg", _OGG),
    ".opus": Container("audio", "audio/ogg", _OGG),
    ".flac": Container("audio", "audio/flac", (((0, b"fLaC"),),)),
    ".m4a": Container("audio", "audio/mp4", _ISO),
    ".aac": Container("audio", "audio/aac", (_ID3, *_ADTS)),
    ".mp4": Container("video", "video/mp4", _ISO),
    ".m4v": Container("video", "video/mp4", _ISO),
    ".webm": Container("video", "video/webm", (((0, b"\x1a\x45\xdf\xa3"),),)),
    ".ogv": Container("video", "video/ogg", _OGG),
    ".mov": Container("video", "video/quicktime", (*_ISO, *_OLD)),
}


def container(name: str) -> Container | None:
    """Return what a file of that name is, None where it is no recording."""
    return KINDS.get(PurePath(name).suffix.lower())


def sound(kind: Container, head: bytes) -> bool:
    """Return whether a file that begins with `head` is what its ending says."""
    return any(all(head[at : at + len(mark)] == mark for at, mark in marks) for marks in kind.marks)
