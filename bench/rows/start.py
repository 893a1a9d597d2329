"""Rows 1 and 2: how long a program takes to say nothing much."""

from bench.measuring import Result, in_turn, paired, run
from bench.setting import Setting

_OFTEN = 5
"""Runs of a few milliseconds are cheap, and their ratios need more of them."""

_NOT_FOR_HELP = (
    "yaml", "requests", "urllib3", "http.client", "minio", "obstore", "rich",
    "asyncio", "deepdiff", "watchdog", "moto", "werkzeug",
)  # fmt: skip


def start(setting: Setting) -> Result:
    """Compare ``--version`` with an interpreter that does nothing."""
    program, environ = setting.program, setting.environ
    samples = in_turn(
        {
            "oscar-sync": lambda: run([*program, "--version"], environ),
            "python -c pass": lambda: run([setting.python, "-c", "pass"], environ),
        },
        setting.rounds * _OFTEN,
    )
    ours, theirs = samples.values()
    return Result(samples, [paired("python -c pass", 1.3, ours, theirs)])


def show_help(setting: Setting) -> Result:
    """Compare ``--help`` with that of octodns-sync, and list what must not be imported."""
    program, environ = setting.program, setting.environ
    octodns = [setting.peer("python"), setting.peer("octodns-sync"), "--help"]
    samples = in_turn(
        {
            "oscar-sync": lambda: run([*program, "--help"], environ, says="Commands"),
            "octodns-sync": lambda: run(octodns, environ, says="usage"),
        },
        setting.rounds * _OFTEN,
    )
    ours, theirs = samples.values()
    return Result(
        samples, [paired("octodns-sync --help", 0.40, ours, theirs)], faults=_imported(setting)
    )


def _imported(setting: Setting) -> list[str]:
    code = (
        "import contextlib, io, sys\n"
        "from oscar_sync.cli.main import call\n"
        "with contextlib.redirect_stdout(io.StringIO()): call(['--help'])\n"
        f"sys.exit(', '.join(sorted(set({_NOT_FOR_HELP!r}) & set(sys.modules))) or None)"
    )
    try:
        run([setting.python, "-c", code], setting.environ)
    except Exception as error:  # noqa: BLE001 - its text is the finding
        return [f"--help imports {str(error).splitlines()[-1]}"]
    return []
