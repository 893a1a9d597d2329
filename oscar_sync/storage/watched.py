"""What stands between MinIO's client and a store: other documents, and listings without an end."""

from collections.abc import Iterator
from contextvars import ContextVar
from typing import Any, Final, TypeVar
from urllib.parse import parse_qsl, urlsplit

from msgspec import Struct, field

from oscar_sync.net.pool import Pool
from oscar_sync.net.root import is_page, root_of
from oscar_sync.storage.failures import PageError, WrongDocumentError

MOST_EMPTY_PAGES: Final = 100
"""In a row: a store may have some, between objects that it does not show."""
_ROOTS: Final = {
    "list-type": "ListBucketResult",
    "notification": "NotificationConfiguration",
    "tagging": "Tagging",
}
"""Of what is asked, by its query: read from another document, each of them would be empty."""
T = TypeVar("T")


class Listing(Struct):
    asked: set[str] = field(default_factory=set)
    empty: int = 0

    def turn(self, token: str) -> None:
        """Raises WrongDocumentError: it was asked for before, or page after page is empty."""
        self.empty += 1
        if token in self.asked:
            raise WrongDocumentError("its listing begins again")
        if self.empty > MOST_EMPTY_PAGES:
            raise WrongDocumentError("its listing does not end")
        self.asked.add(token)


_LISTING: ContextVar[Listing | None] = ContextVar("_LISTING", default=None)


def ending(entries: Iterator[T]) -> Iterator[T]:
    """Yield *entries* of a listing that MinIO's client reads page by page, if it ends."""
    listing = Listing()
    while True:
        before = _LISTING.set(listing)
        try:
            entry = next(entries, None)
        finally:
            _LISTING.reset(before)
        if entry is None:
            return
        listing.empty = 0
        yield entry


class WatchedPool(Pool):
    def urlopen(self, method: str, url: str, *args: Any, **more: Any) -> Any:
        """Return the answer.

        Raises:
            PageError: it is a page for people.
            WrongDocumentError: it is another document than the one asked for.
        """
        query = dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))
        listing = _LISTING.get()
        if listing is not None:  # nothing else is asked for within: the region is always said
            listing.turn(query.get("continuation-token", ""))
        answer = super().urlopen(method, url, *args, **more)
        if more.get("preload_content", True):
            _hold_to_document(method, query, answer)
        return answer


def _hold_to_document(method: str, query: dict[str, str], answer: Any) -> None:
    content = answer.data
    if is_page(content):
        raise PageError(answer.status)
    wanted = next((root for key, root in _ROOTS.items() if key in query), "")
    if method == "GET" and answer.status == 200 and wanted and root_of(content) != wanted:
        raise WrongDocumentError(f"not a {wanted}")
