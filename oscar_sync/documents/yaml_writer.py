"""Data as YAML text: strings that another reader could take for something else are quoted."""

from collections.abc import Mapping, Sequence
from typing import Final

import yaml

# libyaml's emitter is a hundred times as fast as the one in Python, and right about U+0085.
_Base: Final[type[yaml.SafeDumper]] = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


class _Dumper(_Base):  # type: ignore[misc,valid-type]  # whichever PyYAML was built with
    def ignore_aliases(self, data: object) -> bool:
        """Write equal values out each time: FDL in the wild has no anchors."""
        del data
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    # YAML can hold no lone surrogate, which a byte of the command line may have become.
    text = text.encode("utf-8", "backslashreplace").decode()
    style = "|" if "\n" in text.rstrip("\n") and text == text.strip(" \t") else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)


def yaml_text(document: Mapping[str, object] | Sequence[object], *, is_ascii: bool = False) -> str:
    """Return *document* as YAML; with *is_ascii* every other character as an escape."""
    return str(
        yaml.dump(
            document, Dumper=_Dumper, sort_keys=False, allow_unicode=not is_ascii, width=100,
            default_flow_style=False,
        )
    )  # fmt: skip
