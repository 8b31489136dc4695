"""XML documents: the bodies of rest-xml, and the answers of the query protocol.

Written straight into text, since a listing of a thousand keys is a hot path; read by ElementTree, by local names.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

from botocore.model import ListShape, MapShape, Shape, StructureShape

from brickline.baseplate.errors import Refused
from brickline.baseplate.refusals import MALFORMED_XML
from brickline.baseplate.shapes import OncePerShape
from brickline.gateway.protocols import scalars
from brickline.gateway.xml_text import escape

Element = ElementTree.Element
Read = Callable[[list[Element]], Any]
"""Reads a member from the elements that have its name (several only for flattened lists and maps)."""

Write = Callable[[Any, str], str]
"""Writes a value as elements of a name."""


def parse(content: bytes) -> Element:
    """The root element. Raises Refused (`MalformedXML`); document types are not let in, so neither are entities."""
    try:
        if b"<!DOCTYPE" in content:
            raise ValueError("a document type is not allowed")
        return ElementTree.fromstring(content)  # noqa: S314
    except (ElementTree.ParseError, ValueError) as error:
        raise Refused("MalformedXML", f"{MALFORMED_XML}: {error}") from None


def local_name(tag: str) -> str:
    return tag.rpartition("}")[2]


class Readers:
    """Makes what reads shapes from XML."""

    def __init__(self) -> None:
        self._once: OncePerShape[Read] = OncePerShape(self._structure, self._list, self._map, _scalar_reader)

    def of(self, shape: Shape) -> Read:
        return self._once.of(shape)

    def _structure(self, shape: StructureShape) -> Read:
        members: dict[str, tuple[str, Read]] = {}
        attributes: dict[str, str] = {}
        for name, member in shape.members.items():
            if member.serialization.get("location"):
                continue
            if member.serialization.get("xmlAttribute"):
                attributes[_wire_name(member, name).rpartition(":")[2]] = name
            for wire in _wire_names(member, name):
                members[wire] = (name, self.of(member))

        def read(elements: list[Element]) -> Any:
            found: dict[str, list[Element]] = {}
            for child in elements[0]:
                found.setdefault(local_name(child.tag), []).append(child)
            value = {members[tag][0]: members[tag][1](children) for tag, children in found.items() if tag in members}
            for attribute, text in elements[0].attrib.items():
                if name := attributes.get(local_name(attribute)):
                    value[name] = text
            return value

        return read

    def _list(self, shape: ListShape) -> Read:
        read_item = self.of(shape.member)
        if shape.serialization.get("flattened"):
            return lambda elements: [read_item([element]) for element in elements]
        return lambda elements: [read_item([element]) for element in elements[0]]

    def _map(self, shape: MapShape) -> Read:
        read_key, read_value = self.of(shape.key), self.of(shape.value)
        key_name, value_name = _wire_name(shape.key, "key"), _wire_name(shape.value, "value")

        def read_entries(entries: list[Element]) -> Any:
            pairs = [{local_name(child.tag): child for child in entry} for entry in entries]
            return {
                read_key([pair[key_name]]): read_value([pair[value_name]])
                for pair in pairs
                if key_name in pair and value_name in pair
            }

        if shape.serialization.get("flattened"):
            return read_entries
        return lambda elements: read_entries(list(elements[0]))


class Writers:
    """Makes what writes shapes as XML."""

    def __init__(self) -> None:
        self._once: OncePerShape[Write] = OncePerShape(self._structure, self._list, self._map, _scalar_writer)

    def of(self, shape: Shape) -> Write:
        return self._once.of(shape)

    def members(self, shape: StructureShape) -> Callable[[Any], str]:
        """What writes a structure's members, without an element around them."""
        writers = {
            name: (_output_name(member, name), self.of(member))
            for name, member in shape.members.items()
            if not member.serialization.get("location") and not member.serialization.get("xmlAttribute")
        }

        def write(value: Any) -> str:
            pieces = []
            for name, item in value.items():
                if item is not None and (member := writers.get(name)):
                    pieces.append(member[1](item, member[0]))
            return "".join(pieces)

        return write

    def _structure(self, shape: StructureShape) -> Write:
        write_members = self.members(shape)
        write_attributes = _attribute_writer(shape)
        return lambda value, name: f"<{name}{write_attributes(value)}>{write_members(value)}</{name}>"

    def _list(self, shape: ListShape) -> Write:
        write_item = self.of(shape.member)
        if shape.serialization.get("flattened"):
            return lambda value, name: "".join([write_item(item, name) for item in value])
        item_name = _wire_name(shape.member, "member")
        return lambda value, name: f"<{name}>{''.join([write_item(item, item_name) for item in value])}</{name}>"

    def _map(self, shape: MapShape) -> Write:
        write_key, write_value = self.of(shape.key), self.of(shape.value)
        key_name, value_name = _wire_name(shape.key, "key"), _wire_name(shape.value, "value")

        def write_entries(value: Any, name: str) -> str:
            return "".join(
                f"<{name}>{write_key(key, key_name)}{write_value(item, value_name)}</{name}>"
                for key, item in value.items()
            )

        if shape.serialization.get("flattened"):
            return write_entries
        return lambda value, name: f"<{name}>{write_entries(value, 'entry')}</{name}>"


def _scalar_reader(shape: Shape) -> Read:
    read = scalars.reader(shape)
    return lambda elements: read(elements[0].text or "")


def _scalar_writer(shape: Shape) -> Write:
    write = scalars.writer(shape, "iso8601")
    return lambda value, name: f"<{name}>{escape(write(value))}</{name}>"


def _attribute_writer(shape: StructureShape) -> Callable[[Any], str]:
    """Only S3's Grantee has an attribute, `xsi:type`, and its namespace with it."""
    attributes = {
        name: _wire_name(member, name)
        for name, member in shape.members.items()
        if member.serialization.get("xmlAttribute")
    }
    if not attributes:
        return lambda _value: ""
    namespace = shape.serialization.get("xmlNamespace", {})
    declared = f' xmlns:{namespace["prefix"]}="{namespace["uri"]}"' if namespace.get("prefix") else ""
    return lambda value: (
        declared
        + "".join(
            f' {wire}="{escape(str(value[name]))}"' for name, wire in attributes.items() if value.get(name) is not None
        )
    )


def _wire_name(shape: Shape, default: str) -> str:
    name: str = shape.serialization.get("name", default)
    return name


def _wire_names(member: Shape, name: str) -> set[str]:
    """A flattened list's elements go by the list's name or by its elements' own."""
    names = {_wire_name(member, name)}
    if isinstance(member, ListShape) and member.serialization.get("flattened"):
        names.add(_wire_name(member.member, name))
    return names


def _output_name(member: Shape, name: str) -> str:
    if isinstance(member, ListShape) and member.serialization.get("flattened"):
        return _wire_name(member.member, _wire_name(member, name))
    return _wire_name(member, name)
