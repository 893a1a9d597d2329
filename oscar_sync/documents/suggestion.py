"""What somebody may have meant."""

from collections.abc import Iterable


def closest(word: str, known: Iterable[str]) -> str:
    from difflib import get_close_matches

    names = {name.lower(): name for name in known}
    matches = get_close_matches(word.lower(), list(names), n=1, cutoff=0.75)
    return names[matches[0]] if matches else ""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    meant = closest(word, known)
    return f"did you mean {meant}?" if meant else ""
