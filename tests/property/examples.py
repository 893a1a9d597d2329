"""How many examples the laws are held against: one number, for every law (safety 10).

200 in `make test`, 20,000 in `make soak`; `LAWS_EXAMPLES` says another. A law whose example takes
several applies is given a share of it, so that `make test` ends within ten minutes on two cores.
"""

import os
from fractions import Fraction
from typing import Final

from hypothesis import HealthCheck, settings

EXAMPLES: Final = int(os.environ.get("LAWS_EXAMPLES", "200"))


def laws(share: Fraction | int = 1) -> settings:
    """Return the settings of a law; a *share* below 1 is for one that applies more than once."""
    return settings(
        max_examples=number(share),
        suppress_health_check=list(HealthCheck),
        print_blob=True,
    )


def number(share: Fraction | int = 1) -> int:
    """Return how many examples a law with that *share* gets."""
    return max(1, int(EXAMPLES * share))
