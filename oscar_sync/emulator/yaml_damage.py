"""What becomes of a text on its way through the server's YAML (oscar-server 3.4).

OSCAR 4.1 keeps a definition as YAML written and read by goccy/go-yaml 1.9.8, which does not give
every text back. `stored_value` and `stored_key` say what a later GET shows; `Poisoned` means that
the whole definition can no longer be read. The rules were compared with that library on random
texts; `fixtures/server/strings.json` is the record.
"""

import re
import unicodedata

__all__ = ["Poisoned", "stored_field", "stored_item", "stored_key", "stored_value"]


class Poisoned(Exception):
    """The definition that holds this text cannot be read back."""


_HARMLESS = re.compile(
    r"[\w./(@=+~$;^]([\w ./@=+~$()*,;%^|&!?{}\[\]-]*[\w./()@=+~$*,;%^])?", re.ASCII
)
_QUOTE_FIRST = "*&[{}],!|>%'\""
_SPECIAL_IN_KEY = "\"'&![]{}|>*-"
_WRITTEN_ESCAPES = {
    "\a": "\\a",
    "\b": "\\b",
    "\f": "\\f",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\v": "\\v",
    "\\": "\\\\",
    '"': '\\"',
}
_LEFT_AS_WRITTEN = "art"
_ASCII_END = 0x7F
_BMP_END = 0xFFFF


def _needs_quotes(text: str) -> bool:
    return (
        not text
        or text[0] in _QUOTE_FIRST
        or text[-1] == ":"
        or "#" in text
        or "\\" in text
        or ": " in text
    )


def _written(char: str) -> str:
    escape = _WRITTEN_ESCAPES.get(char)
    if escape is not None:
        return escape
    if char == " " or (unicodedata.category(char)[0] not in "CZ"):
        return char
    code = ord(char)
    if code <= _ASCII_END:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= _BMP_END else f"\\U{code:08x}"


def _through_quotes(text: str) -> str:
    """Return what the reader makes of the text in quotes: it knows no escaped tab, CR or bell."""
    written = [_written(char) for char in text]
    lag = sum(
        len(part) - 1 for part in written if len(part) > 1 and part[1] not in _LEFT_AS_WRITTEN
    )
    whole = '"' + "".join(written) + '"'
    if lag and whole[max(len(whole) - lag, 0) :].lstrip(" ").startswith(": "):
        raise Poisoned
    return "".join(
        part if len(part) > 1 and part[1] in _LEFT_AS_WRITTEN else char
        for part, char in zip(written, text, strict=True)
    )


def _line_break(text: str) -> str:
    feeds, returns, both = text.count("\n"), text.count("\r"), text.count("\r\n")
    if feeds == both and returns == both:
        return "\r\n"
    return "\r" if returns > feeds else "\n"


class _Block:
    """The reader of a literal block: where its text starts, and what it gathered."""

    def __init__(self) -> None:
        self.kept: list[str] = []
        self.start = 0
        self.column = 1
        self.first = True

    def read(self, char: str) -> None:
        if char in "\r\n":
            self.kept.append(char)
            self.column, self.first = 1, True
            return
        if self.first and char == " ":
            if 0 < self.start <= self.column:
                self.kept.append(char)
        else:
            self.first = False
            self.start = self.start or self.column
            self.kept.append(char)
        self.column += 1


def _through_block(text: str, brk: str, margin: str) -> str:
    """Return what the reader makes of the text as a literal block written behind a margin."""
    strip = not text.endswith(brk)
    body = brk.join(margin + line for line in text.split(brk))
    body = body.removesuffix(brk + margin).removesuffix(margin)
    block = _Block()
    opening = "\n" if brk == "\r\n" else ""
    for char in opening + body + "\n":
        block.read(char)
    read = "".join(block.kept).lstrip(" ")
    return read.removesuffix("\n") if strip else read


def _bare(text: str) -> str:
    start = text.lstrip(" \t")
    if start.startswith(("- ", "[", "]", "{", "}")) or start in {"-", "|", ">"}:
        raise Poisoned
    if start.startswith(("!", "*", "'", "&", "%")) or start in {"~", "null"}:
        return ""
    if start.startswith('"'):
        return start[1:].partition('"')[0]
    if start.startswith(("|", ">")):
        if not start[1:].strip(" \t"):
            raise Poisoned
        return start[1:]
    return text.lstrip(" ").rstrip(" \t")


def _plain(text: str) -> str:
    start = text.lstrip(" ")
    if start.startswith("? "):
        if not start[2:].strip(" \t"):
            raise Poisoned
        return _bare(start[2:])
    if start == "-" or start.startswith("- "):
        raise Poisoned
    if text[0] in " \t":
        return _bare(text)
    return text.rstrip(" \t")


def stored_value(text: str, margin: str = "      ") -> str:
    """Return what a GET shows for a value in the map of variables or annotations.

    Raises:
        Poisoned: the definition can no longer be read.
    """
    if _HARMLESS.fullmatch(text):
        return text
    if _needs_quotes(text):
        return _through_quotes(text)
    brk = _line_break(text)
    if brk in text:
        return _through_block(text, brk, margin)
    return _plain(text)


def stored_field(text: str) -> str:
    """Return what a GET shows for a member of the definition itself.

    Raises:
        Poisoned: the definition can no longer be read.
    """
    return stored_value(text, "  ")


def stored_item(text: str) -> str:
    """Return what a GET shows for an item of a list.

    Raises:
        Poisoned: the definition can no longer be read.
    """
    if _HARMLESS.fullmatch(text):
        return text
    if text and not text.strip(" \t"):
        raise Poisoned
    stored = stored_value(text, "  ")
    if "\n" in stored and not _needs_quotes(text):
        return "\n".join(line.lstrip(" ") for line in stored.split("\n"))
    return stored


def stored_key(text: str) -> str:
    """Return what a GET shows for the name of a variable, label or annotation.

    Raises:
        Poisoned: the definition can no longer be read.
    """
    if _HARMLESS.fullmatch(text):
        return text
    if text == "<<":
        raise Poisoned
    if _needs_quotes(text):
        return _through_quotes(text)
    if "\n" in text or "\r" in text:
        raise Poisoned
    start = text.lstrip(" ")
    if start == "? ":
        return ""
    if not start.strip(" \t") or start.startswith(("- ", "? ")):
        raise Poisoned
    if text[0] == " " and re.fullmatch('~|null|"[^"]*"', start.rstrip(" \t")):
        return start.rstrip(" \t").removeprefix("~").removeprefix("null").strip('"')
    if text[0] in " \t" and start.lstrip(" \t")[0] in _SPECIAL_IN_KEY:
        raise Poisoned
    return start.rstrip(" \t")
