"""The parser of YAML, its faults in words, and the nodes of a text for whoever asks for places."""

from typing import Any, Final

import yaml
from yaml.nodes import Node

from oscar_sync.documents.reading import Fault, FaultKind, Refused

MAX_DEPTH: Final = 50


LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The parser on libyaml; in Python where PyYAML was built without it."""


class _Composer(LOADER):  # type: ignore[misc] # - which of the two it is depends on the machine
    """Leaves every scalar text, and refuses nesting beyond ``MAX_DEPTH`` while it is parsed.

    No tag is guessed from how a scalar looks; what is nested too deeply is not built first
    (safety 8).
    """

    depth = 0

    def descend_resolver(self, parent: Node | None, index: object) -> None:
        del index
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise Refused(too_deep(parent.start_mark if parent is not None else None))

    def ascend_resolver(self) -> None:
        self.depth -= 1

    def resolve(self, kind: object, value: object, implicit: object) -> None:
        """Return no tag."""


def too_deep(mark: Any) -> Fault:
    """Return the fault of nesting more than ``MAX_DEPTH`` levels at *mark*, if it is known."""
    return Fault(
        FaultKind.TOO_DEEP,
        mark.line + 1 if mark else 1,
        mark.column + 1 if mark else 1,
        f"nested deeper than {MAX_DEPTH} levels",
        "no FDL or settings file needs that: check the brackets and the indentation",
    )


def root_of(text: str) -> Node | None:
    """Return the root node of the first document, None where there is none.

    Raises:
        Refused: the text is not YAML, or is nested too deeply.
    """
    try:
        composer = _Composer(text)
        root: Node | None = composer.get_node() if composer.check_node() else None
    except YAML_ERRORS as error:
        raise Refused(fault_of(error, text)) from error
    return root


YAML_ERRORS: Final = (yaml.YAMLError, UnicodeError, ValueError)


def fault_of(error: Exception, text: str) -> Fault:
    """Return what is wrong with *text*, which made PyYAML raise *error*: one of ``YAML_ERRORS``."""
    if isinstance(error, yaml.MarkedYAMLError):
        from oscar_sync.documents.syntax import yaml_fault

        return yaml_fault(error, text, LOADER)
    return _unmarked_fault(error)


def _unmarked_fault(error: Exception) -> Fault:
    reason = getattr(error, "reason", "") or str(error).partition("\n")[0]
    return Fault(
        FaultKind.SYNTAX,
        1,
        1,
        f"not YAML: {reason}",
        "save the file as UTF-8 text without control characters",
    )
