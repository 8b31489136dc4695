"""`encoding-type=url`: keys in answers as they stand in a URL, because XML cannot hold every character of a key."""

from __future__ import annotations

from functools import partial
from urllib.parse import quote

from brickline.baseplate.brick import Shape

_MEMBERS = ("Prefix", "Delimiter", "StartAfter", "Marker", "NextMarker", "KeyMarker", "NextKeyMarker")
_MEMBERS_OF_ITEMS = {
    "Contents": "Key",
    "Versions": "Key",
    "DeleteMarkers": "Key",
    "Uploads": "Key",
    "CommonPrefixes": "Prefix",
}


def url_encoded(answer: Shape, request: Shape) -> Shape:
    """A listing's answer, encoded where the request asks for it."""
    if request.get("EncodingType") != "url":
        return answer
    encode = partial(quote, safe="/-_.~*")
    encoded = {**answer, "EncodingType": "url"}
    for name in _MEMBERS:
        if name in answer:
            encoded[name] = encode(answer[name])
    for name, member in _MEMBERS_OF_ITEMS.items():
        if name in answer:
            encoded[name] = [{**item, member: encode(item[member])} for item in answer[name]]
    return encoded
