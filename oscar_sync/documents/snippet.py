"""A line of source with a caret under the place that is meant."""

_WIDEST = 100


def snippet(text: str, line: int, column: int) -> str:
    """Return the *line* of *text* (from 1) with a caret at *column*; blank if there is none."""
    lines = text.splitlines()
    if not 1 <= line <= len(lines):
        return ""
    source = lines[line - 1].expandtabs(1)[:_WIDEST].rstrip()
    number = f"{line:>4} | "
    caret = " " * min(column - 1, len(source))
    return f"{number}{source}\n{' ' * (len(number) - 2)}| {caret}^"
