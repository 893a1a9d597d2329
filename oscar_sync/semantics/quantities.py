"""Kubernetes quantities: ``1``, ``1.0`` and ``1000m`` are one amount, ``1Gi`` is ``1024Mi``.

Grammar: k8s.io/apimachinery/pkg/api/resource, ``Quantity``.
"""

import re
from fractions import Fraction
from functools import lru_cache
from typing import Final

_SUFFIXES: Final = {
    "n": Fraction(1, 10**9),
    "u": Fraction(1, 10**6),
    "m": Fraction(1, 10**3),
    "": Fraction(1),
    "k": Fraction(10**3),
    "M": Fraction(10**6),
    "G": Fraction(10**9),
    "T": Fraction(10**12),
    "P": Fraction(10**15),
    "E": Fraction(10**18),
    "Ki": Fraction(2**10),
    "Mi": Fraction(2**20),
    "Gi": Fraction(2**30),
    "Ti": Fraction(2**40),
    "Pi": Fraction(2**50),
    "Ei": Fraction(2**60),
}

_QUANTITY: Final = re.compile(
    r"(?P<number>[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+))"
    r"(?:[eE](?P<exponent>[+-]?[0-9]{1,3})|(?P<suffix>[KMGTPE]i|[numkMGTPE])?)"
)

_LONGEST: Final = 64


@lru_cache(maxsize=4096)
def amount(text: str) -> Fraction | None:
    match = _QUANTITY.fullmatch(text) if len(text) <= _LONGEST else None
    if match is None:
        return None
    number = Fraction(match["number"])
    if match["exponent"] is not None:
        return number * Fraction(10) ** int(match["exponent"])
    return number * _SUFFIXES[match["suffix"] or ""]


def is_positive_quantity(text: str) -> bool:
    value = amount(text)
    return value is not None and value > 0


def same_quantity(one: str, other: str) -> bool:
    """Tell whether both texts mean one amount; what is not a quantity is compared as it is."""
    if one == other:
        return True
    first, second = amount(one), amount(other)
    return first is not None and first == second


def canonical_quantity(text: str) -> str:
    value = amount(text)
    return text if value is None else str(value)
