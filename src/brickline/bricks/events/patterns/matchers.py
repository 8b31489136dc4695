"""What a field's value is held against: each kind of matcher that a pattern may have."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field
from functools import lru_cache

from brickline.bricks.events.patterns.fields import Scalar

_LIKE_AN_ADDRESS = re.compile(r"[0-9a-fA-F]*[.:][0-9a-fA-F.:]+")

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@lru_cache(4096)
def address_of(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The IP address that a text is, if it is one."""
    if not _LIKE_AN_ADDRESS.fullmatch(text):
        return None
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def key_of(value: Scalar) -> object:
    """The same for values that an exact match takes for one: 1 and 1.0, or two spellings of an IP address."""
    if isinstance(value, str):
        return address_of(value) or value
    return ("literal", value) if value is None or isinstance(value, bool) else value


@dataclass(frozen=True)
class Exactly:
    value: Scalar
    key: object = field(init=False, compare=False, default=None)

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", key_of(self.value))

    def takes(self, value: Scalar) -> bool:
        return key_of(value) == self.key


@dataclass(frozen=True)
class EqualsIgnoreCase:
    text: str

    def takes(self, value: Scalar) -> bool:
        return isinstance(value, str) and value.casefold() == self.text.casefold()


@dataclass(frozen=True)
class Prefix:
    text: str
    ignores_case: bool = False

    def takes(self, value: Scalar) -> bool:
        if not isinstance(value, str):
            return False
        return value.casefold().startswith(self.text.casefold()) if self.ignores_case else value.startswith(self.text)


@dataclass(frozen=True)
class Suffix:
    text: str
    ignores_case: bool = False

    def takes(self, value: Scalar) -> bool:
        if not isinstance(value, str):
            return False
        return value.casefold().endswith(self.text.casefold()) if self.ignores_case else value.endswith(self.text)


@dataclass(frozen=True)
class Wildcard:
    """`pieces` are what stands between the stars, in order; they are looked for from left to right, without retries."""

    pieces: tuple[str, ...]

    def takes(self, value: Scalar) -> bool:
        if not isinstance(value, str):
            return False
        if len(self.pieces) == 1:
            return value == self.pieces[0]
        first, *middle, last = self.pieces
        position, end = len(first), len(value) - len(last)
        if not value.startswith(first) or not value.endswith(last) or position > end:
            return False
        for piece in middle:
            found = value.find(piece, position, end)
            if found < 0:
                return False
            position = found + len(piece)
        return True


@dataclass(frozen=True)
class Numeric:
    """A range; the number `=` is a range of one."""

    low: float = float("-inf")
    high: float = float("inf")
    with_low: bool = False
    with_high: bool = False

    def takes(self, value: Scalar) -> bool:
        if isinstance(value, bool) or not isinstance(value, int | float):
            return False
        above = value >= self.low if self.with_low else value > self.low
        return above and (value <= self.high if self.with_high else value < self.high)


@dataclass(frozen=True)
class Cidr:
    network: Network

    def takes(self, value: Scalar) -> bool:
        address = address_of(value) if isinstance(value, str) else None
        return address is not None and address.version == self.network.version and address in self.network


@dataclass(frozen=True)
class AnythingBut:
    """Any value that is there and that none of these take."""

    unwanted: tuple[Exactly | EqualsIgnoreCase | Prefix | Suffix | Wildcard, ...]

    def takes(self, value: Scalar) -> bool:
        return not any(matcher.takes(value) for matcher in self.unwanted)


@dataclass(frozen=True)
class Exists:
    """A leaf that is there, whatever its value."""

    def takes(self, _value: Scalar) -> bool:
        return True


@dataclass(frozen=True)
class Absent:
    """No leaf of that path; no value is taken."""

    def takes(self, _value: Scalar) -> bool:
        return False


Matcher = Exactly | EqualsIgnoreCase | Prefix | Suffix | Wildcard | Numeric | Cidr | AnythingBut | Exists | Absent
