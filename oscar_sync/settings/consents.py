"""Consent: a word and a name (product 3)."""

import re
from typing import Final

from oscar_sync.model.consent import Consent, Word
from oscar_sync.model.identity import ClusterId

GRAMMAR: Final = (
    "erase:BUCKET, erase:empty, erase:SERVICE/volume, replace:SERVICE, attach:SERVICE=BUCKET, "
    "take-over:SERVICE, take-over:bucket:BUCKET, push-secrets:SERVICE, federate:SERVICE or "
    "wake-mount:SERVICE, CLUSTER/ before the name where it would match two"
)
OF_SERVICE_GRAMMAR: Final = (
    'replace, take-over, push-secrets, federate, wake-mount, "attach:BUCKET" or "erase:volume"'
)
VOLUME: Final = "volume"
EMPTY: Final = "empty"
_NAME: Final = re.compile(r"[^\s/=]+")


def consent_of(text: str) -> Consent | None:
    word_text, colon, name = text.partition(":")
    if not colon or word_text not in set(Word) or not name:
        return None
    word = Word(word_text)
    match word:
        case Word.ERASE:
            return _erase(name)
        case Word.ATTACH:
            left, equals, bucket = name.rpartition("=")
            return _named(word, left, bucket) if equals and _NAME.fullmatch(bucket) else None
        case _:
            return _named(word, name, "")


def _named(word: Word, name: str, bucket: str) -> Consent | None:
    cluster, slash, service = name.rpartition("/")
    if not _NAME.fullmatch(service) or (slash and not cluster):
        return None
    return Consent(word, service, bucket, ClusterId(cluster) if cluster else None)


def _erase(name: str) -> Consent | None:
    """Return an erasure; ``NAME/volume`` is a service's volume, any other slash a cluster's."""
    left, slash, last = name.rpartition("/")
    if not last or (slash and not left) or not _NAME.fullmatch(last):
        return None
    if slash and last == VOLUME:
        return _named(Word.ERASE, left, VOLUME)
    return Consent(Word.ERASE, "", last, ClusterId(left) if left else None)


def consent_for(service: str, cluster: ClusterId | None, text: str) -> Consent | None:
    """Return what a service's ``allow`` entry *text* consents to: it holds no name of a service."""
    word, _, rest = text.partition(":")
    if text in {*Word} - {Word.ATTACH, Word.ERASE}:
        return Consent(Word(text), service, "", cluster)
    if word == Word.ATTACH and _NAME.fullmatch(rest):
        return Consent(Word.ATTACH, service, rest, cluster)
    if text == f"{Word.ERASE}:{VOLUME}":
        return Consent(Word.ERASE, service, VOLUME, cluster)
    return None
