"""What commands show, as JSON or YAML that no terminal obeys."""

import json
from collections.abc import Mapping, Sequence

from oscar_sync.render.words import safe_lines


def json_text(document: Mapping[str, object] | Sequence[object]) -> str:
    text = json.dumps(document, ensure_ascii=False, indent=2)
    return (text if _is_plain(text) else json.dumps(document, indent=2)) + "\n"


def json_line(document: Mapping[str, object]) -> str:
    text = json.dumps(document, ensure_ascii=False)
    return (text if _is_plain(text) else json.dumps(document)) + "\n"


def yaml_text(document: Mapping[str, object] | Sequence[object]) -> str:
    from oscar_sync.documents import yaml_writer

    text = yaml_writer.yaml_text(document)
    return text if _is_plain(text) else yaml_writer.yaml_text(document, is_ascii=True)


def _is_plain(text: str) -> bool:
    return text == safe_lines(text)
