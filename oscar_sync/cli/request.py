"""From options to the request for a desired state, and to the connections of a run."""

import os
from typing import Any

from msgspec.structs import replace

from oscar_sync.cli.border import log_to_stderr
from oscar_sync.errors import UsageError
from oscar_sync.model.plan_options import PlanOptions
from oscar_sync.model.state import DesiredState
from oscar_sync.reconcile.connect import Connections
from oscar_sync.reconcile.desire.request import DesireRequest
from oscar_sync.reconcile.own_files import own_files


def request_of(options: dict[str, Any], **more: Any) -> DesireRequest:
    log_to_stderr(options["log_level"])
    return DesireRequest(
        paths=tuple(options.get("paths") or (".",)),
        settings_file=options["settings"],
        overlays=tuple(options["overlay"]),
        env_file=options["env_file"],
        only=tuple(options["only"]),
        labels=tuple(options["label"]),
        clusters=tuple(options["cluster"]),
        config=options["config"],
        token_file=options["token_file"],
        allow_outside=tuple(options["allow_outside"]),
        endpoints_allowed=tuple(options["endpoint_allowed"]),
        secret_env=tuple(options["secret_env"]),
        allow=tuple(options.get("allow") or ()),
        strict=bool(options.get("strict")),
        **more,
    )


def with_flags(desired: DesiredState, options: dict[str, Any]) -> DesiredState:
    """Return *desired* with the flags that stand above the settings.

    Raises:
        UsageError: ``--prune`` of a run that leaves services out: they would be taken for gone.
    """
    if options.get("prune") is None:
        return desired
    if options["prune"] and not desired.narrowing.is_full:
        left = ", ".join(desired.narrowing.left_out[:3])
        raise UsageError(
            "--prune needs a run over all FDL files of the settings' folder; "
            + (f"the PATHs leave out {left}" if left else "run it without --only and --label")
        )
    if options["prune"] and not desired.settings.set_name:
        raise UsageError(
            "--prune needs a set: without one services are not marked, so it is not known which "
            "ones to remove; write `set: NAME` in oscar-sync.yaml"
        )
    return replace(desired, settings=replace(desired.settings, prune=options["prune"]))


def connections_of(options: dict[str, Any]) -> Connections:
    outputs = (text.partition("=")[2] for text in options.get("outputs") or ())
    parallelism = int(options.get("parallelism") or 2)
    return Connections(
        os.environ,
        max(4, parallelism),
        float(options["timeout"]),
        endpoints_allowed=tuple(options["endpoint_allowed"]),
        own_files=own_files([*outputs, options.get("metrics") or ""]),
    )


def plan_options(options: dict[str, Any], **more: Any) -> PlanOptions:
    return PlanOptions(
        checks_all_hooks=bool(options.get("hooks")),
        lists_unchanged=bool(options.get("verbose")),
        **more,
    )
