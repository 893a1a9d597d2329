"""What no PUT can change, so that it takes delete and create (oscar-server 4.3; 039, 044, 123).

Nor can any PUT change an exposed service of 4.0 (oscar-releases).
"""

from oscar_sync.model.form import Form, Kserve
from oscar_sync.semantics.capabilities import EXPOSED_TAKES_NO_PUT, NEWEST, Release, shown_release
from oscar_sync.semantics.normal_form import is_exposed

_KSERVE_FIXED = ("type", "storage_uri", "inference", "set_auth")


def replace_reasons(live: Form, desired: Form) -> tuple[str, ...]:
    """Return the field paths that force a replace of *live* to become *desired*; none: PUT does."""
    # Of services that take a PUT: for others :func:`takes_no_put` has the reason.
    if live == desired:
        return ()
    reasons = []
    if live.volume != desired.volume:
        reasons.append("volume")
    if is_exposed(live) != is_exposed(desired):
        reasons.append("expose.api_port")
    if live.interlink_node_name or desired.interlink_node_name:
        reasons.append("interlink_node_name")
    return (*reasons, *_kserve_reasons(live.kserve, desired.kserve))


def takes_no_put(form: Form, release: Release = NEWEST) -> str:
    if is_exposed(form) and EXPOSED_TAKES_NO_PUT.holds(release):
        since = shown_release(EXPOSED_TAKES_NO_PUT.until or NEWEST)
        return f"OSCAR {shown_release(release)} cannot update an exposed service ({since} can)"
    if form.interlink_node_name:
        return "it runs on an interLink node"
    if _is_llm(form.kserve):
        return "it is a KServe llm_inference service"
    return ""


def _kserve_reasons(live: Kserve | None, desired: Kserve | None) -> list[str]:
    if live == desired and not _is_llm(live):
        return []
    if live is None or desired is None or _is_llm(live):
        return ["kserve"]
    changed = (name for name in _KSERVE_FIXED if getattr(live, name) != getattr(desired, name))
    return [f"kserve.{name}" for name in changed]


def _is_llm(kserve: Kserve | None) -> bool:
    return kserve is not None and kserve.type == "llm_inference"
