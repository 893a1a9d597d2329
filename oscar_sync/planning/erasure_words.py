"""What somebody wrote down about data that goes: entries of ``removed``, and consents."""

from collections.abc import Iterable, Mapping
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from oscar_sync.model.consent import Consent, Word
from oscar_sync.model.identity import BucketName
from oscar_sync.model.settings import RemovedEntry
from oscar_sync.planning.blocking import union
from oscar_sync.planning.context import Context

VOLUME: Final = "volume"
EMPTY: Final = "empty"
_ESCAPE: Final = "bucket:"
"""What stands before a bucket that is called like a word of consent."""


def named_bucket(consent: Consent) -> BucketName | None:
    if consent.word is not Word.ERASE or consent.service or consent.bucket == EMPTY:
        return None
    return BucketName(consent.bucket.removeprefix(_ESCAPE))


class Named(Struct, frozen=True):
    """What someone wrote down for one service, each with the words that people are shown.

    ``empty`` and ``volume`` are blank where nobody consents; ``used`` are the consents that do.
    """

    buckets: Mapping[BucketName, str]
    empty: str = ""
    volume: str = ""
    used: frozenset[Consent] = frozenset()


def named_erasures(
    context: Context,
    service: str,
    buckets: Iterable[BucketName],
    entry: RemovedEntry | None = None,
    *,
    volume: str = "",
) -> Named:
    """Return which of *buckets* and *volume* may be erased: by ``removed``, by consent."""
    # The entry may name other buckets as well.
    written = _written(entry) if entry else Named({})
    place = context.facts.view.cluster.id
    words = dict(written.buckets)
    used: list[frozenset[Consent]] = []

    def words_of(consent: Consent) -> str:
        given = context.consents_to(replace(consent, cluster=place))
        used.append(given)
        return str(consent) if given else ""

    for bucket in buckets:
        if bucket not in words and (said := words_of(Consent(Word.ERASE, bucket=_spelled(bucket)))):
            words[bucket] = said
    empty = written.empty or words_of(Consent(Word.ERASE, bucket=EMPTY))
    its_volume = written.volume
    if volume and not its_volume:
        its_volume = words_of(Consent(Word.ERASE, service, VOLUME))
    return Named(words, empty, its_volume, union(used))


def _written(entry: RemovedEntry) -> Named:
    because = f', "{entry.because}"' if entry.because else ""
    words = {item: f"erase: [{item}]{because}" for item in entry.erase}
    return Named(
        {
            BucketName(item.removeprefix(_ESCAPE)): text
            for item, text in words.items()
            if item not in (EMPTY, VOLUME)
        },
        words.get(EMPTY, ""),
        words.get(VOLUME, ""),
    )


def _spelled(bucket: BucketName) -> str:
    return f"{_ESCAPE}{bucket}" if bucket in (EMPTY, VOLUME) else bucket


def consent_to_erase(bucket: BucketName) -> str:
    return str(Consent(Word.ERASE, bucket=_spelled(bucket)))
