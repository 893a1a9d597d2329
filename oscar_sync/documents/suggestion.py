"""What somebody may have meant."""

from collections.abc import Iterable


def closest(word: str, known: Iterable[str]) -> str:
    from difflib import get_close_matches

    names = {name.lower(): name for name in known}
    found = get_close_matches(word.lower(), list(names), n=1, cutoff=0.75)
    return names[found[0]] if found else ""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    found = closest(word, known)
    return f"did you mean {found}?" if found else ""
