"""Consent: one word and a name, written down by someone."""

from enum import StrEnum

from msgspec import Struct

from oscar_sync.model.identity import ClusterId


class Word(StrEnum):
    ERASE = "erase"
    REPLACE = "replace"
    ATTACH = "attach"
    TAKE_OVER = "take-over"
    PUSH_SECRETS = "push-secrets"
    FEDERATE = "federate"
    WAKE_MOUNT = "wake-mount"


class Consent(Struct, frozen=True):
    """A word with what it is about; ``cluster`` None means any cluster.

    ``service`` is blank for ``erase:BUCKET`` and ``erase:empty``; ``bucket`` is blank for
    ``replace``, ``take-over``, ``push-secrets``, ``federate``, ``wake-mount``. ``bucket`` of
    ``erase:SERVICE/volume`` is ``volume`` with a service, of ``erase:empty`` it is ``empty``; a
    bucket that really has this name is written ``bucket:empty`` and kept here with that prefix.
    """

    word: Word
    service: str = ""
    bucket: str = ""
    cluster: ClusterId | None = None

    def __str__(self) -> str:
        place = f"{self.cluster}/" if self.cluster else ""
        match self.word:
            case Word.ERASE:
                name = f"{self.service}/{self.bucket}" if self.service else self.bucket
            case Word.ATTACH:
                name = f"{self.service}={self.bucket}"
            case _:
                name = self.service
        return f"{self.word}:{place}{name}"
