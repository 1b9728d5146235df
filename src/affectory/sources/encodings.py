"""Bytes of any encoding -> UTF-8, in blocks that end at a line end.

UTF-8 is tried first, then what a byte order mark or zero bytes say, then what
charset-normalizer finds. Stray bytes never stop a file: in UTF-8 they are read as
Windows-1252, which is where they come from nearly always. Zero bytes are dropped and the
line ends of old Macintosh files turned into line feeds.
"""

__all__ = ["blocks", "decode", "encoding_of"]

import codecs
import re
from collections.abc import Iterator

from charset_normalizer import from_bytes

from affectory.core.errors import BadFile
from affectory.sources.files import Origin, head

BLOCK = 8 * 2**20  # bytes read at a time
SAMPLE = 65_536  # bytes by which an encoding is judged
GUESSED = 8_192  # bytes handed to charset-normalizer, whose time grows with them
MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Bytes that text does not hold, apart from tab, line feed, form feed, return and escape.
CONTROLS = frozenset(range(32)) - {0, 9, 10, 12, 13, 27}
SIGNATURES = {
    b"\x89PNG": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"GIF8": "a GIF image",
    b"%PDF": "a PDF document",
    b"PK\x03\x04": "a zip archive or an office document",
    b"RIFF": "an audio or video file",
    b"PAR1": "a parquet table",
    b"ARROW1": "an Arrow table",
    b"\x1f\x8b": "gzip data",
    b"\x28\xb5\x2f\xfd": "zstd data",
    b"SQLite": "a database",
    b"fLaC": "a FLAC recording",
    b"OggS": "an Ogg recording",
    b"ID3": "an MP3 recording",
}
MULTIBYTE = ("gb", "big5", "euc", "shift", "johab", "cp932", "cp949", "cp950", "hz", "iso2022")
ODD = re.compile(rb"[\x80-\xff]+")
STRAY = {
    0xDC00 + byte: bytes([byte]).decode("cp1252", "replace") for byte in range(128, 256)
}  # surrogateescape's stand-in for a stray byte -> its Windows-1252 character


def encoding_of(sample: bytes, label: str) -> str:
    """Return the encoding of a text of which `sample` is the beginning.

    Raises:
        BadFile: if it is no text at all.
    """
    for mark, name in MARKS:
        if sample.startswith(mark):
            return name
    if wide := _wide(sample):
        return wide
    _refuse_binary(sample, label)
    if _is_utf8(sample):
        return "utf-8"
    return _single_byte(sample)


def decode(data: bytes, label: str) -> str:
    """Return a whole document as text, line ends as line feeds."""
    name = encoding_of(data[:SAMPLE], label)
    if name == "utf-8":
        text = _mended(data.removeprefix(codecs.BOM_UTF8))
    else:
        text = data.decode(name, "replace")
    return text.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n")


def blocks(origin: Origin) -> Iterator[bytes]:
    """Yield a text file as UTF-8 in blocks of about 8 MiB that end at a line feed.

    A line longer than a block is not cut: blocks grow until it ends, up to 64 MiB.

    Raises:
        BadFile: if the file is no text, or is damaged.
    """
    sample = head(origin, SAMPLE)
    name = encoding_of(sample, origin.label)
    lone_returns = b"\r" in sample and b"\n" not in sample
    ready = rest = b""  # a block waits for the next, so that a last line is no block of its own
    for data in _as_utf8(origin, name):
        data = data.replace(b"\0", b"") if b"\0" in data else data
        data = rest + (data.replace(b"\r", b"\n") if lone_returns else data)
        cut = data.rfind(b"\n") + 1
        if cut == 0 and len(data) >= 8 * BLOCK:
            raise BadFile(origin.label, "a line of more than 64 MiB", "lines", "check the file")
        if ready and cut:
            yield ready
        ready, rest = data[:cut] or ready, data[cut:]
    ready += rest + b"\n" if rest else b""
    if ready:
        yield ready


def _as_utf8(origin: Origin, name: str) -> Iterator[bytes]:
    """Yield the file's bytes in UTF-8, without a byte order mark."""
    with origin.open() as file:
        if name == "utf-8":
            yield from _mended_blocks(file.read(BLOCK).removeprefix(codecs.BOM_UTF8), file)
            return
        decoder = codecs.getincrementaldecoder(name)("replace")
        while data := file.read(BLOCK):
            yield decoder.decode(data).encode("utf-8", "replace")
        yield decoder.decode(b"", final=True).encode("utf-8", "replace")


def _mended_blocks(data: bytes, file: object) -> Iterator[bytes]:
    """Yield valid UTF-8; a character is never cut, since blocks end at ASCII bytes."""
    rest = b""
    while data:
        data = rest + data
        cut = max(data.rfind(b"\n"), data.rfind(b" "), data.rfind(b"\r")) + 1 or len(data)
        data, rest = data[:cut], data[cut:]
        yield data if _is_utf8(data, final=True) else _mended(data).encode()
        data = file.read(BLOCK)  # type: ignore[attr-defined]
    yield rest if _is_utf8(rest, final=True) else _mended(rest).encode()


def _mended(data: bytes) -> str:
    """Decode UTF-8 and read every stray byte as Windows-1252."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("utf-8", "surrogateescape").translate(STRAY)


def _is_utf8(data: bytes, final: bool = False) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(data, final)
    except UnicodeDecodeError as error:
        # A few stray bytes in long UTF-8 text are mended, not a reason to distrust the rest.
        return not final and _mostly_utf8(data, error.start)
    return True


def _mostly_utf8(data: bytes, first: int) -> bool:
    """Tell whether most non-ASCII bytes of `data` form UTF-8 characters."""
    text = data[max(0, first - 1) :].decode("utf-8", "surrogateescape") + data[:first].decode()
    strays = sum(0xDC80 <= ord(c) <= 0xDCFF for c in text)
    proper = sum(ord(c) > 127 for c in text) - strays
    return proper > strays


def _single_byte(sample: bytes) -> str:
    """Return what charset-normalizer finds; Windows-1252 where that is no worse a guess."""
    piece = _around_first_odd(sample)
    found = from_bytes(piece)
    best = found.best()
    if best is None or best.language == "Unknown":
        return "cp1252"
    if best.encoding.startswith(MULTIBYTE) and _accented(piece):
        return "cp1252"
    for guess in found:
        if guess.encoding == "cp1252" and guess.chaos <= best.chaos:
            return "cp1252" if guess.coherence >= best.coherence else best.encoding
    return best.encoding


def _accented(piece: bytes) -> bool:
    """Tell whether odd bytes stand alone, as accented letters do; a character of two has a pair."""
    runs = [len(run) for run in ODD.findall(piece)]
    return 2 * sum(size == 1 for size in runs) > len(runs)


def _wide(sample: bytes) -> str | None:
    """Recognise UTF-16 without a mark by the zero half of its ASCII characters."""
    even, odd = sample[0::2], sample[1::2]
    if len(odd) < 2:
        return None
    if odd.count(0) > 0.4 * len(odd) and even.count(0) < 0.05 * len(even):
        return "utf-16-le"
    if even.count(0) > 0.4 * len(even) and odd.count(0) < 0.05 * len(odd):
        return "utf-16-be"
    return None


def _refuse_binary(sample: bytes, label: str) -> None:
    for signature, kind in SIGNATURES.items():
        if sample.startswith(signature):
            raise BadFile(label, f"it is {kind}", "text", "export it as csv, jsonl or srt")
    odd = sum(sample.count(byte) for byte in CONTROLS) > 0.02 * len(sample)
    if (odd and not _is_utf8(sample)) or sample.count(0) > 0.1 * len(sample):
        raise BadFile(label, "it is binary data", "text", "export it as csv, jsonl or srt")


def _around_first_odd(sample: bytes) -> bytes:
    """Return a piece of `sample` that begins shortly before its first non-ASCII byte."""
    first = next((at for at, byte in enumerate(sample) if byte > 127), 0)
    return sample[max(0, first - GUESSED // 4) :][:GUESSED]
