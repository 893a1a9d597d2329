"""Which variables of the process a service's secrets may take (trust 4.4)."""

from collections.abc import Iterable
from typing import Final

from oscar_sync.errors import UsageError

RESERVED: Final = ("OSCAR_", "OIDC_", "GITHUB_", "GITLAB_", "CI_", "ACTIONS_", "RUNNER_", "AWS_")
"""What CI systems, clouds and this program keep credentials under."""


def is_reserved(name: str) -> bool:
    """Tell whether no service's secret may take the variable *name*, whoever lists it."""
    return name.upper().startswith(RESERVED)


def secret_names(of_settings: Iterable[str], of_options: Iterable[str]) -> frozenset[str]:
    """Return the names that settings (``secrets_from_env``) and ``--secret-env`` list.

    Raises:
        UsageError: an option names one that is reserved.
    """
    named = tuple(of_options)
    for name in named:
        if is_reserved(name):
            raise UsageError(
                f"--secret-env {name}: a variable that begins with {', '.join(RESERVED)} is never "
                "a service's secret; give the secret a name of its own"
            )
    return frozenset((*of_settings, *named))
