"""The front door: ``oscar-sync`` and ``python -m oscar_sync``."""

import sys

from oscar_sync import __version__


def main() -> None:
    if sys.argv[1:] == ["--version"]:
        sys.stdout.write(f"oscar-sync {__version__}\n")
        return
    try:
        from oscar_sync.cli.main import run
    except KeyboardInterrupt:
        raise SystemExit(130) from None  # Ctrl-C before anything has begun

    run(sys.argv[1:])


if __name__ == "__main__":
    main()
