"""How many examples the laws are held against: one number, for every law (safety 10).

200 in `make test`, 20,000 in `make soak`; `LAWS_EXAMPLES` says another. A law whose example takes
several applies is given a share of it, so that `make test` ends within ten minutes on two cores.
"""

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from typing import Final

from hypothesis import HealthCheck, event, settings

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


FEWEST: Final = 10
"""Of fewer examples none may meet a premise."""


class Met:
    """How often the examples of a law met each premise: a law that is always vacuous holds nothing.

    ``assert not met("renamed", is_renamed) or ...`` notes the premise and returns it.
    """

    def __init__(self) -> None:
        self.examples: Counter[str] = Counter()
        self.by_premise: Counter[str] = Counter()

    def __call__(self, premise: str, is_met: object) -> bool:
        self.examples[premise] += 1
        self.by_premise[premise] += bool(is_met)
        if is_met:
            event(premise)
        return bool(is_met)

    def never(self) -> list[str]:
        """Return the premises that no example met, of those that enough examples asked for."""
        return [
            premise
            for premise, number in self.examples.items()
            if number >= FEWEST and not self.by_premise[premise]
        ]


@contextmanager
def noting_premises() -> Iterator[Met]:
    """Yield what a law notes its premises with; each must have been met once in the end."""
    met = Met()
    yield met
    assert not met.never(), "no example met this premise"
