"""The front door: ``oscar-sync`` and ``python -m oscar_sync``."""

import gc
import sys

from oscar_sync import __version__


def main() -> None:
    """Run the command line and leave with its exit code."""
    if sys.argv[1:] == ["--version"]:
        sys.stdout.write(f"oscar-sync {__version__}\n")
        return
    gc.disable()  # imports make much that stays; `run` turns it on again where a run is long
    try:
        from oscar_sync.cli.main import load, run

        load(sys.argv[1:])
    except KeyboardInterrupt:
        raise SystemExit(130) from None  # Ctrl-C before anything has begun

    run(sys.argv[1:])


if __name__ == "__main__":
    main()
