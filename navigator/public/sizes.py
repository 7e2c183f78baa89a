"""Even sizes: what is sent is compressed, then filled up to one of very few sizes (decision 0008).

Whoever watches the encrypted line counts bytes. So every answer of a kind has one size, whatever stands on it. What
fills it up is added to what is compressed already, in a form that a decoder skips, so that the size is exact: brotli
has blocks of metadata (RFC 7932, 9.2), gzip a field for extras in its head (RFC 1952, 2.3.1.1), and HTML that is not
compressed ends in spaces.
"""

import gzip

import brotli

KB = 1024

Sizes = tuple[int, ...]
"""The sizes in bytes that answers of one kind may have, compressed; the smallest that holds the page is taken."""

STEP: Sizes = (4 * KB,)
"""A question, as htmx swaps it. The heaviest takes 2.1 KB today."""
OUTCOME: Sizes = (13 * KB + 512,)
"""An outcome, as htmx swaps it: one size for all of them. The heaviest takes 12.7 KB today: in Spanish, by gzip, with
everything ticked, where a state has the most local services. With its headers it still fits into what a server may
send before it hears anything back (ten segments of 1,460 bytes), so 13.5 KB arrive as soon as 8 would."""
OUTCOME_LARGE: Sizes = (24 * KB,)
"""The same in a language that a host adds (LANGUAGES), since other scripts take up to twice the bytes; and in each
language where many counties have a service, since the list of them takes up to 5 KB."""
PAGE: Sizes = (8 * KB,)
"""A whole page: a question, an error, or one of the small pages. With the style it comes in one round trip too."""
OUTCOME_PAGE: Sizes = (16 * KB,)
"""An outcome as a whole page, where scripts are off or the language was switched."""
OUTCOME_PAGE_LARGE: Sizes = (28 * KB,)
FOUND: Sizes = (8 * KB, 32 * KB, 64 * KB)
"""What a search finds: up to about fourteen services, up to about ninety, more."""
ALL: Sizes = (63 * KB, 96 * KB)
"""The page of all services, which is the same for everybody."""

UNCOMPRESSED = 4
"""HTML that is not compressed is allowed so many times the size. No browser of today asks for that."""


SHIPPED = {"en", "es"}
"""The languages that the content comes in; publishing holds their outcomes to the smaller size."""


def outcome(language: str, *, many: bool, whole: bool = False) -> Sizes:
    """The sizes that an outcome may have in a language, as htmx swaps it or as a whole page.

    ``many``: where many counties have a service (places.py).
    """
    if language in SHIPPED and not many:
        return OUTCOME_PAGE if whole else OUTCOME
    return OUTCOME_PAGE_LARGE if whole else OUTCOME_LARGE


def pack(page: str, encoding: str, sizes: Sizes) -> bytes:
    """The page in an encoding (``br``, ``gzip`` or, as it is, empty), in the smallest of these sizes that holds it.

    One that none of them holds gets a multiple of the smallest: nobody goes without an answer. Publishing refuses
    content that would lead to that (measure.py).
    """
    data = page.encode()
    if encoding == "br":
        packed = _brotli(data)
        return packed + _metadata(_size(len(packed) + 1, sizes) - len(packed) - 1) + LAST
    if encoding == "gzip":
        packed = gzip.compress(data, 6, mtime=0)
        size = _size(len(packed) + len(EXTRA) + 4, sizes)
        return _with_extra(packed, size - len(packed))
    return data.ljust(_size(len(data), tuple(size * UNCOMPRESSED for size in sizes)))


def least(page: str, encoding: str) -> int:
    """The bytes that a page takes in an encoding, with what filling it up needs at the least."""
    data = page.encode()
    if encoding == "br":
        return len(_brotli(data)) + 1
    return len(gzip.compress(data, 6, mtime=0)) + len(EXTRA) + 4 if encoding == "gzip" else len(data)


def _size(length: int, sizes: Sizes) -> int:
    """The smallest of the sizes that holds so many bytes; beyond them, a multiple of the smallest."""
    return next((size for size in sizes if length <= size), -(-length // sizes[0]) * sizes[0])


# Brotli. A stream that was flushed ends at a whole byte, and may go on with any blocks.

LAST = b"\x03"
"""The last block, empty."""
EMPTY = b"\x06"
"""A block of metadata, empty."""
LONGEST = 1 << 16
"""Bytes of the longest block of metadata used here; RFC 7932 allows 256 times as much."""


def _brotli(data: bytes) -> bytes:
    """A brotli stream, all but its last block."""
    compressor = brotli.Compressor(quality=5)
    return bytes(compressor.process(data) + compressor.flush())


def _metadata(length: int) -> bytes:
    """Blocks of metadata that take so many bytes."""
    blocks = b""
    while length >= 3 + 257:  # a length of two bytes whose second is nought is not allowed
        skipped = min(length - 3, LONGEST)
        # Not the last, metadata, reserved, two bytes of length: the bits 0, 11, 0, 01.
        blocks += (0b100110 | (skipped - 1) << 6).to_bytes(3, "little") + bytes(skipped)
        length -= 3 + skipped
    return blocks + EMPTY * length


# gzip: a head of ten bytes, then, where a flag says so, a field for extras.

EXTRA = b"NV"
"""The name of our field; RFC 1952 knows none of that name."""


def _with_extra(packed: bytes, length: int) -> bytes:
    """The gzip file with a field for extras that takes so many bytes: its length, name, length of its data, data."""
    data = length - 4 - len(EXTRA)
    head = (length - 2).to_bytes(2, "little") + EXTRA + data.to_bytes(2, "little")
    return packed[:3] + b"\x04" + packed[4:10] + head + bytes(data) + packed[10:]
