"""The pages that people read, as blocks.

A block is a fence, or one of two comments: `<!-- first: COMMAND -->` is run before what follows and
not shown; `<!-- not run: REASON -->` stands right before a fence whose commands cannot be run here.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
_FOLDERS = ("*.md", "docs/**/*.md", "examples/**/*.md", "deploy/**/*.md", "changelog.d/README.md")
PAGES = sorted(
    path
    for folder in _FOLDERS
    for path in ROOT.glob(folder)
    if path.name != "CHANGELOG.md"
)  # fmt: skip
SHELLS = frozenset({"console", "shell", "sh", "bash", "zsh", "fish", "shell-session", "terminal"})
FILES = frozenset({"yaml", "json", "python", "toml", "ini", "text", "http"})

_FENCE = re.compile(r"( *)(`{3,}|~{3,}) *([\w-]*)(.*)")
_TITLE = re.compile(r' title="([^"]+)"')
_COMMENT = re.compile(r"<!-- (first|not run): (.*) -->")
_COMMAND = re.compile(r" *(\$ |(oscar-sync|pip|make|git|curl|kubectl|podman|rclone|mc|sudo) )")


class Block(NamedTuple):
    """What stands between two fences, or a command that is run and not shown."""

    kind: str
    text: str
    line: int
    title: str = ""
    not_run: str = ""

    @property
    def has_commands(self) -> bool:
        """Return whether a reader takes it for something to type."""
        is_file = bool(self.title) or self.kind in FILES - {"text"}
        lines = [] if is_file else self.text.splitlines()
        return (self.kind in SHELLS and not self.title) or any(map(_COMMAND.match, lines))

    @property
    def is_run(self) -> bool:
        """Return whether the commands of this block are run."""
        return self.kind == "first" or (self.kind == "console" and not self.not_run)


def name_of(path: Path) -> str:
    """Return the name of a page as a reader of the repository knows it."""
    return path.relative_to(ROOT).as_posix()


def blocks(text: str) -> Iterator[Block]:
    """Return the blocks of a page, in order.

    Raises:
        ValueError: a fence does not end.
    """
    lines = enumerate(text.splitlines(keepends=True), start=1)
    reason = ""
    for number, line in lines:
        comment, fence = _COMMENT.match(line), _FENCE.match(line)
        if fence:
            indent, marks, kind, more = fence.groups()
            title = _TITLE.search(more)
            body = "".join(_until(indent, marks, lines))
            yield Block(kind, body, number, title[1] if title else "", reason)
        elif comment and comment[1] == "first":
            yield Block("first", f"$ {comment[2]}\n", number - 1)
        reason = comment[2] if comment and comment[1] == "not run" else ""


def _until(indent: str, marks: str, lines: Iterator[tuple[int, str]]) -> Iterator[str]:
    for _, line in lines:
        if line.strip() == marks:
            return
        yield line.removeprefix(indent)
    text = f"a fence of {marks} does not end"
    raise ValueError(text)


def indented_code(text: str) -> list[int]:
    """Return the numbers of the lines that Markdown shows as code without any fence."""
    bare = re.sub(r"^( *)(`{3,}|~{3,}).*?^ *\2$", _blank, text, flags=re.MULTILINE | re.DOTALL)
    paragraphs = re.finditer(r"(?:\A|\n\n)((?: {4,}|\t)\S.*)", bare)
    return [
        bare.count("\n", 0, found.start(1)) + 1
        for found in paragraphs
        if not re.match(r" *(?:[-*]|\d+\.) ", _paragraph_before(bare[: found.start()]))
    ]


def _blank(found: re.Match[str]) -> str:
    return "x" + "\n" * found[0].count("\n")


def _paragraph_before(text: str) -> str:
    return text.rpartition("\n\n")[2]
