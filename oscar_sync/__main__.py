"""The front door: ``oscar-sync`` and ``python -m oscar_sync``."""

import os
import sys

from oscar_sync import __version__


def main() -> None:
    _open_closed_streams()
    if sys.argv[1:] == ["--version"]:
        sys.stdout.write(f"oscar-sync {__version__}\n")
        return
    try:
        from oscar_sync.cli.main import run
    except KeyboardInterrupt:
        raise SystemExit(130) from None  # Ctrl-C before anything has begun

    run(sys.argv[1:])


def _open_closed_streams() -> None:
    """Open ``/dev/null`` for each standard stream that the caller closed (``>&-``).

    Otherwise the next file or connection gets its number, and what is meant for nobody goes there.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_RDWR), mode))


if __name__ == "__main__":
    main()
