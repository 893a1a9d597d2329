"""The XML of a bucket's tags."""

from collections.abc import Mapping
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

from oscar_sync.emulator.sigv4 import Refused

__all__ = ["tags_from", "tags_xml"]

_NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"
_KEY_LIMIT, _VALUE_LIMIT, _LIMIT = 128, 256, 50


def _text(tag: ET.Element, name: str) -> str:
    element = tag.find(f"{{*}}{name}")
    return (element.text or "") if element is not None else ""


def tags_from(body: bytes) -> dict[str, str]:
    """Return the tags of a document.

    Raises:
        Refused: no XML, or tags that S3 does not take.
    """
    try:
        root = ET.fromstring(body)  # noqa: S314 - expat bounds entities
    except ET.ParseError as error:
        text = "The XML you provided was not well-formed or did not validate against our schema."
        raise Refused("MalformedXML", text, 400) from error
    pairs = [(_text(tag, "Key"), _text(tag, "Value")) for tag in root.iterfind(".//{*}Tag")]
    tags = dict(pairs)
    if len(tags) < len(pairs) or len(tags) > _LIMIT:
        raise Refused("InvalidTag", "Cannot provide multiple Tags with the same key", 400)
    if not all(0 < len(key) <= _KEY_LIMIT and len(tags[key]) <= _VALUE_LIMIT for key in tags):
        raise Refused("InvalidTag", "The TagKey or TagValue you have provided is invalid", 400)
    return tags


def tags_xml(tags: Mapping[str, str]) -> bytes:
    told = "".join(
        f"<Tag><Key>{escape(key)}</Key><Value>{escape(tags[key])}</Value></Tag>"
        for key in sorted(tags)
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Tagging xmlns="{_NAMESPACE}">'
        f"<TagSet>{told}</TagSet></Tagging>"
    ).encode()
