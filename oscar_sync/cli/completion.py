"""``oscar-sync completion``: the script that teaches a shell to complete."""

from typing import Final

import click
from click.shell_completion import BashComplete, FishComplete, ZshComplete

from oscar_sync.cli import options as given
from oscar_sync.cli.output import show_line

_SHELLS: Final = {"bash": BashComplete, "zsh": ZshComplete, "fish": FishComplete}
# Bash splits words at colons, and would complete `--allow replace:` as if nothing stood before it.
_BEFORE: Final = {"bash": "COMP_WORDBREAKS=${COMP_WORDBREAKS//:}\n"}


@given.command(
    "completion",
    "oscar-sync completion bash > ~/.local/share/bash-completion/completions/oscar-sync",
    "oscar-sync completion fish > ~/.config/fish/completions/oscar-sync.fish",
)
@click.argument("shell", type=click.Choice([*_SHELLS]))
@click.pass_context
def command(ctx: click.Context, shell: str) -> int:
    """Print the completion script of SHELL: commands, options, and names from the files here.

    In zsh: write it into a folder of $fpath as _oscar-sync. Open a new shell then.
    """
    known = _SHELLS[shell](ctx.find_root().command, {}, "oscar-sync", "_OSCAR_SYNC_COMPLETE")
    script = known.source().strip()
    if shell == "fish":  # click's splits descriptions at each comma, and shows the first part
        script = script.replace('split ","', 'split --max 1 ","')
    show_line(_BEFORE.get(shell, "") + script)
    return 0
