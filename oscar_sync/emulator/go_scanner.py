"""The sentence in which Go's encoding/json says why a text is no JSON.

Only asked after Python's reader refused the text, so that its speed does not matter.
"""

__all__ = ["syntax_error"]

_BLANKS = b" \t\r\n"
_DIGITS = b"0123456789"
_HEX = b"0123456789abcdefABCDEF"
_ESCAPES = b'"\\/bfnrt'
_MAX_DEPTH = 10_000


class _Stopped(Exception):
    """Scanning ended with the sentence it carries."""


def _quoted(byte: int) -> str:
    if byte == ord("'"):
        return "'\\''"
    if byte == ord('"'):
        return "'\"'"
    named = {7: "\\a", 8: "\\b", 9: "\\t", 10: "\\n", 11: "\\v", 12: "\\f", 13: "\\r", 92: "\\\\"}
    if byte in named:
        return f"'{named[byte]}'"
    if byte < 0x20 or byte == 0x7F:
        return f"'\\x{byte:02x}'"
    if 0x80 <= byte < 0xA1 or byte == 0xAD:
        return f"'\\u{byte:04x}'"
    return f"'{chr(byte)}'"


class _Scanner:
    def __init__(self, body: bytes) -> None:
        self.body = body
        self.at = 0

    def peek(self) -> int:
        if self.at >= len(self.body):
            reason = "unexpected EOF"
            raise _Stopped(reason)
        return self.body[self.at]

    def fail(self, where: str) -> None:
        reason = f"invalid character {_quoted(self.peek())} {where}"
        raise _Stopped(reason)

    def blanks(self) -> None:
        while self.at < len(self.body) and self.body[self.at] in _BLANKS:
            self.at += 1

    def value(self, depth: int = 0) -> None:
        self.blanks()
        byte = self.peek()
        if depth > _MAX_DEPTH:
            reason = "exceeded max depth"
            raise _Stopped(reason)
        if byte == ord("{"):
            self.members(depth)
        elif byte == ord("["):
            self.elements(depth)
        elif byte == ord('"'):
            self.string()
        elif byte == ord("-") or byte in _DIGITS:
            self.number()
        elif byte in b"tfn":
            self.literal({116: b"true", 102: b"false", 110: b"null"}[byte])
        else:
            self.fail("looking for beginning of value")

    def members(self, depth: int) -> None:
        self.at += 1
        self.blanks()
        if self.peek() == ord("}"):
            self.at += 1
            return
        while True:
            self.blanks()
            if self.peek() != ord('"'):
                self.fail("looking for beginning of object key string")
            self.string()
            self.blanks()
            if self.peek() != ord(":"):
                self.fail("after object key")
            self.at += 1
            self.value(depth + 1)
            self.blanks()
            if self.peek() == ord("}"):
                self.at += 1
                return
            if self.peek() != ord(","):
                self.fail("after object key:value pair")
            self.at += 1

    def elements(self, depth: int) -> None:
        self.at += 1
        self.blanks()
        if self.peek() == ord("]"):
            self.at += 1
            return
        while True:
            self.value(depth + 1)
            self.blanks()
            if self.peek() == ord("]"):
                self.at += 1
                return
            if self.peek() != ord(","):
                self.fail("after array element")
            self.at += 1

    def string(self) -> None:
        self.at += 1
        while (byte := self.peek()) != ord('"'):
            if byte < 0x20:
                self.fail("in string literal")
            self.at += 1
            if byte == ord("\\"):
                self.escape()
        self.at += 1

    def escape(self) -> None:
        byte = self.peek()
        if byte != ord("u"):
            if byte not in _ESCAPES:
                self.fail("in string escape code")
            self.at += 1
            return
        self.at += 1
        for _ in range(4):
            if self.peek() not in _HEX:
                self.fail("in \\u hexadecimal character escape")
            self.at += 1

    def digits(self, where: str) -> None:
        if self.peek() not in _DIGITS:
            self.fail(where)
        while self.at < len(self.body) and self.body[self.at] in _DIGITS:
            self.at += 1

    def number(self) -> None:
        if self.peek() == ord("-"):
            self.at += 1
        if self.peek() == ord("0"):
            self.at += 1
        else:
            self.digits("in numeric literal")
        if self.body[self.at : self.at + 1] == b".":
            self.at += 1
            self.digits("after decimal point in numeric literal")
        if self.body[self.at : self.at + 1] in {b"e", b"E"}:
            self.at += 1
            if self.body[self.at : self.at + 1] in {b"+", b"-"}:
                self.at += 1
            self.digits("in exponent of numeric literal")

    def literal(self, word: bytes) -> None:
        for place, wanted in enumerate(word):
            if place and self.peek() != wanted:
                name = word.decode()
                self.fail(f"in literal {name} (expecting '{chr(wanted)}')")
            self.at += 1


def syntax_error(body: bytes) -> str:
    """Return Go's text for a body that its Decoder refuses, `EOF` for one without a value."""
    if not body.strip(_BLANKS):
        return "EOF"
    try:
        _Scanner(body).value()
    except _Stopped as stop:
        return str(stop)
    except RecursionError:
        return "exceeded max depth"
    return "unexpected EOF"
