"""GitOps for OSCAR: a directory of FDL files is the desired state of a cluster's services.

``oscar_sync.plan``, ``oscar_sync.apply`` and ``oscar_sync.drift`` do what the commands do; see
:mod:`oscar_sync.reconcile.api`.
"""

__version__ = "0.1.0"
__all__ = ["__version__", "apply", "drift", "plan"]


def __getattr__(name: str) -> object:
    """Return ``plan``, ``apply`` or ``drift``, imported when first asked for."""
    if name in ("apply", "drift", "plan"):
        from oscar_sync.reconcile import api

        return getattr(api, name)
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)


def __dir__() -> list[str]:
    """Return what there is, imported or not: notebooks complete these names."""
    return sorted({*globals(), *__all__})
