"""Options that say who has access to a bucket, and the words for it."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from oscar_sync.client.values import Bucket
from oscar_sync.model.amounts import plural
from oscar_sync.semantics.access import PRIVATE, PUBLIC, RESTRICTED, is_locked

Decorated = TypeVar("Decorated", bound=Callable[..., Any])


def access_options(function: Decorated) -> Decorated:
    """Add ``--visibility`` and ``--user``."""
    user = click.option(
        "--user", "users", multiple=True, metavar="ID",
        help="Share it with the user of this id; it is restricted then (repeatable).",
    )  # fmt: skip
    visibility = click.option(
        "--visibility", type=click.Choice([PRIVATE, RESTRICTED, PUBLIC]),
        help="private: its owner; restricted: and each --user; public: every user may read, write "
             "and delete.",
    )  # fmt: skip
    return visibility(user(function))


def access_of(options: dict[str, Any]) -> tuple[str, tuple[str, ...]]:
    """Return visibility and users, both blank where nothing is said.

    Raises:
        click.UsageError: users of what is not restricted, or restricted without a user.
    """
    users = tuple(dict.fromkeys(filter(None, map(str.strip, options.pop("users")))))
    visibility = options.pop("visibility") or (RESTRICTED if users else "")
    if users and visibility != RESTRICTED:
        raise click.UsageError(f"--user is for --visibility {RESTRICTED}, not {visibility}")
    if is_locked(visibility, users):
        raise click.UsageError("--visibility restricted needs a --user; else write private")
    return visibility, users


def shown_access(bucket: Bucket) -> str:
    words = f"visibility {bucket.visibility or PRIVATE}"
    if not bucket.allowed_users:
        return words
    count = plural(len(bucket.allowed_users), "user")
    return f"{words}, shared with {count}: {', '.join(bucket.allowed_users)}"
