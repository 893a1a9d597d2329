"""Which variables of the process a service's secrets may take (trust 4.4)."""

from collections.abc import Iterable
from typing import Final

from oscar_sync.documents.findings import Findings
from oscar_sync.documents.suggestion import did_you_mean
from oscar_sync.errors import UsageError
from oscar_sync.settings.codes import SettingsCode

RESERVED: Final = ("OSCAR_", "OIDC_", "GITHUB_", "GITLAB_", "CI_", "ACTIONS_", "RUNNER_", "AWS_")
"""What CI systems, clouds and this program keep credentials under."""


def is_reserved(name: str) -> bool:
    return name.upper().startswith(RESERVED)


def secret_names(of_settings: Iterable[str], of_options: Iterable[str]) -> frozenset[str]:
    """Raises UsageError: an option names one that is reserved."""
    named = tuple(of_options)
    for name in named:
        if is_reserved(name):
            raise UsageError(
                f"--secret-env {name}: a variable that begins with {', '.join(RESERVED)} is never "
                "a service's secret; give the secret a name of its own"
            )
    return frozenset((*of_settings, *named))


def note_unused(of_options: Iterable[str], declared: frozenset[str], findings: Findings) -> None:
    """Warn of each ``--secret-env`` that no service has: a typing error leaves a secret blank."""
    for name in sorted(frozenset(of_options) - declared):
        remedy = "declare it under environment.secrets of a service, or leave the option out"
        fault = unused_fault(name, declared)
        findings.of_file(SettingsCode.SECRET_ENV, "--secret-env", fault, remedy)


def unused_fault(name: str, declared: frozenset[str]) -> str:
    hint = did_you_mean(name, sorted(declared))
    return f"{name}: no service has such a secret" + (f"; {hint}" if hint else "")
