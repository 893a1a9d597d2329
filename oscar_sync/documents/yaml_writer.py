"""Data as YAML text: strings that another reader could take for something else are quoted."""

from collections.abc import Mapping, Sequence

import yaml


class _Dumper(yaml.SafeDumper):
    """Block style, keys in the order given, several lines as a literal block."""

    def ignore_aliases(self, data: object) -> bool:
        """Write equal values out each time: FDL in the wild has no anchors."""
        del data
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
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
