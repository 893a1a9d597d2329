"""What became of a request to a store or a server of files, as errors that hold no secret."""

from collections.abc import Iterator
from contextlib import contextmanager
from xml.etree.ElementTree import ParseError

from oscar_sync.errors import StoreError, StoreUnreachableError
from oscar_sync.net.errors import NoExchangeError
from oscar_sync.net.unpacking import MAX_BYTES, AnswerTooLargeError
from oscar_sync.storage.words import HTML_PAGE


class PageError(Exception):
    """The answer is a page for people, of a proxy or a portal; keeps its status."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class WrongDocumentError(Exception):
    """The answer is another document than the one asked for, or does not end."""


@contextmanager
def translate_errors(shown: str) -> Iterator[None]:
    """Turn what fails within into a StoreError that names the server *shown*."""
    # Errors of libraries may quote keys and signatures, so they are not chained.
    try:
        yield
    except NoExchangeError as error:
        raise StoreUnreachableError(shown, error.words, was_sent=error.was_sent) from None
    except AnswerTooLargeError:
        words = f"its answer is larger than {MAX_BYTES // 2**20} MiB"
        raise StoreError(shown, words) from None
    except PageError as error:
        raise StoreError(shown, HTML_PAGE.format(status=error.status)) from None
    except WrongDocumentError as error:
        raise StoreError(shown, f"its answer cannot be used: {error}") from None
    except ParseError:
        raise StoreError(shown, "its answer cannot be used") from None
