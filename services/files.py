"""Text files as people and programs hand them in."""

from pathlib import Path

LARGEST = 16 * 1024 * 1024
"""Bytes of files read at once; everything is in memory together, at up to thirty times its size."""


def data(path: Path, largest: int = LARGEST) -> bytes:
    """The bytes of a file. Raises ValueError."""
    try:
        if path.stat().st_size > largest:
            raise ValueError(f"{path.name} is too large: at most {largest >> 20} MB at once.")
        return path.read_bytes()
    except OSError as error:
        raise ValueError(f"{path.name} cannot be read: {error.strerror}.") from None


def text(path: Path, largest: int = LARGEST) -> str:
    """The text of a file in UTF-8, or in UTF-16 that says so. Raises ValueError."""
    try:
        return decoded(data(path, largest))
    except UnicodeDecodeError:
        raise ValueError(f"{path.name} is not in UTF-8. Save it as “UTF-8” and try again.") from None


def decoded(data: bytes) -> str:
    """The text of a file's bytes, in UTF-8, or in UTF-16 that says so. Raises UnicodeDecodeError."""
    return data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
