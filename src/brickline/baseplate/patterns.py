"""The models' patterns: Java's regular expressions, as Python's."""

from __future__ import annotations

import re
import warnings
from functools import cache

_SURROGATE_PAIRS = (r"\uD800\uDC00-\uDBFF\uDFFF", r"\ud800\udc00-\udbff\udfff")
_CLASSES = {
    # Java's Unicode classes, as near as `re` can say them. Where one has no near equal the pattern is not checked.
    r"\p{L}": r"\w",
    r"\p{M}": r"\w",
    r"\p{N}": r"\w",
    r"\p{Nd}": r"\d",
    r"\p{IsLetter}": r"\w",
    r"\p{IsDigit}": r"\d",
    r"\p{Z}": r"\s",
    r"\p{Zs}": r"\s",
    r"\p{Alpha}": "a-zA-Z",
    r"\p{Alnum}": "a-zA-Z0-9",
    r"\p{Lower}": "a-z",
    r"\p{Upper}": "A-Z",
    r"\p{Digit}": "0-9",
    r"\p{ASCII}": r"\x00-\x7F",
    r"\p{Print}": r"\x20-\x7E",
    r"\p{Graph}": r"\x21-\x7E",
}

_PIECE = re.compile(r"\\p\{\w+\}|\\.|.", re.DOTALL)


@cache
def compiled(pattern: str) -> re.Pattern[str] | None:
    """A pattern to be matched against the whole value; None where Python cannot say it."""
    text = pattern
    for pair in _SURROGATE_PAIRS:
        text = text.replace(pair, r"\U00010000-\U0010FFFF")
    text = _with_classes(text).replace(r"\z", r"\Z")
    text = text.replace(r"\w-", r"\w\-")  # Java takes the dash of `[\w-_]` as itself
    if "&&[" in text:  # Java's intersection of classes
        return None
    unicode_classes = r"\p" in pattern
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        try:
            return re.compile(text, 0 if unicode_classes else re.ASCII)
        except (re.error, OverflowError):
            return None


def _with_classes(text: str) -> str:
    """With Java's named classes in Python's words; one that stands alone becomes a set."""
    pieces, is_in_set = [], False
    for piece in _PIECE.findall(text):
        if piece in ("[", "]"):
            is_in_set = piece == "["
        known = _CLASSES.get(piece, piece)
        pieces.append(known if is_in_set or known == piece else f"[{known}]")
    return "".join(pieces)
