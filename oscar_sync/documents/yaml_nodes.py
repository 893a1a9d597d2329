"""YAML text to nodes: the C parser without its resolver, since every scalar stays text."""

from collections.abc import Iterator
from typing import Any, Final

import yaml
from yaml.nodes import Node

from oscar_sync.documents.reading import Fault, FaultKind, Refused

MAX_DEPTH: Final = 50


def _c_parser() -> Any:
    if not yaml.__with_libyaml__:
        return None
    from yaml.cyaml import CParser  # type: ignore[attr-defined]  # the stubs - they lack it

    return CParser


C_PARSER: Final = _c_parser()
"""The parser on libyaml, None where PyYAML was built without it."""


class _Policy:
    """Leaves every scalar text, and refuses nesting beyond ``MAX_DEPTH`` while it is parsed.

    No tag is guessed from how a scalar looks; what is nested too deeply is not built first
    (safety 8).
    """

    depth = 0

    def descend_resolver(self, parent: Node | None, index: object) -> None:
        del index
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise Refused(_too_deep(parent))

    def ascend_resolver(self) -> None:
        self.depth -= 1

    def resolve(self, kind: object, value: object, implicit: object) -> None:
        """Return no tag."""


def _too_deep(parent: Node | None) -> Fault:
    mark = parent.start_mark if parent is not None else None
    return Fault(
        FaultKind.TOO_DEEP,
        mark.line + 1 if mark else 1,
        mark.column + 1 if mark else 1,
        f"nested deeper than {MAX_DEPTH} levels",
        "no FDL or settings file needs that: check the brackets and the indentation",
    )


def _composer_class() -> Any:
    """Return a composer on libyaml; on pure Python where PyYAML was built without it."""
    if C_PARSER is not None:
        return type("Composer", (_Policy, C_PARSER), {})
    from yaml.composer import Composer
    from yaml.parser import Parser
    from yaml.reader import Reader
    from yaml.scanner import Scanner

    def start(self: Any, stream: str) -> None:
        Reader.__init__(self, stream)
        Scanner.__init__(self)
        Parser.__init__(self)
        Composer.__init__(self)

    bases = (_Policy, Reader, Scanner, Parser, Composer)
    return type("Composer", bases, {"__init__": start})


_COMPOSER: Final = _composer_class()


def nodes_of(text: str) -> Iterator[Node]:
    """Yield the root node of each document; blank documents are left out.

    Raises:
        Refused: the text is not YAML, or is nested too deeply.
    """
    try:
        composer = _COMPOSER(text)
        while composer.check_node():
            node = composer.get_node()
            if node is not None:
                yield node
    except yaml.MarkedYAMLError as error:
        from oscar_sync.documents.syntax import yaml_fault

        loader = yaml.SafeLoader if C_PARSER is None else yaml.CSafeLoader
        raise Refused(yaml_fault(error, text, loader)) from error
    except (yaml.YAMLError, UnicodeError, ValueError) as error:
        raise Refused(_unmarked_fault(error)) from error


def _unmarked_fault(error: Exception) -> Fault:
    reason = getattr(error, "reason", "") or str(error).partition("\n")[0]
    return Fault(
        FaultKind.SYNTAX,
        1,
        1,
        f"not YAML: {reason}",
        "save the file as UTF-8 text without control characters",
    )
