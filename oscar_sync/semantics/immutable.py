"""What no PUT can change, so that it takes delete and create (oscar-server 4.3; 039, 044, 123).

Nor can any PUT change an exposed service of 4.0 (oscar-releases).
"""

from collections.abc import Mapping

from oscar_sync.model.field import Value
from oscar_sync.semantics.capabilities import EXPOSED_TAKES_NO_PUT, NEWEST, Release, shown_release
from oscar_sync.semantics.normal_form import is_exposed

_KSERVE_FIXED = ("type", "storage_uri", "inference", "set_auth")


def replace_reasons(
    live: Mapping[str, Value],
    desired: Mapping[str, Value],
    *,
    is_kserve_enabled: bool = True,
) -> tuple[str, ...]:
    """Return the field paths that force a replace of *live* to become *desired*; none: PUT does.

    Of services that take a PUT: for others :func:`takes_no_put` has the reason.
    """
    if live == desired:
        return ()
    reasons = []
    if live.get("volume") != desired.get("volume"):
        reasons.append("volume")
    if is_exposed(live) != is_exposed(desired):
        reasons.append("expose.api_port")
    if live.get("interlink_node_name") or desired.get("interlink_node_name"):
        reasons.append("interlink_node_name")
    if is_kserve_enabled:
        reasons.extend(_kserve_reasons(live.get("kserve"), desired.get("kserve")))
    return tuple(reasons)


def takes_no_put(
    form: Mapping[str, Value], release: Release = NEWEST, *, is_kserve_enabled: bool = True
) -> str:
    """Return why no PUT can change the service at all, blank if one can."""
    if is_exposed(form) and EXPOSED_TAKES_NO_PUT.holds(release):
        since = shown_release(EXPOSED_TAKES_NO_PUT.until or NEWEST)
        return f"OSCAR {shown_release(release)} cannot update an exposed service ({since} can)"
    if form.get("interlink_node_name"):
        return "it runs on an interLink node"
    if is_kserve_enabled and _is_llm(form.get("kserve")):
        return "it is a KServe llm_inference service"
    return ""


def _kserve_reasons(live: Value, desired: Value) -> list[str]:
    if _is_llm(live):
        return ["kserve"]
    if not isinstance(live, dict) or not isinstance(desired, dict):
        return ["kserve"] if isinstance(live, dict) != isinstance(desired, dict) else []
    return [f"kserve.{name}" for name in _KSERVE_FIXED if live.get(name) != desired.get(name)]


def _is_llm(kserve: Value) -> bool:
    return isinstance(kserve, dict) and kserve.get("type") == "llm_inference"
