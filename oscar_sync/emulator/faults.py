"""Faults that a test or a person puts in the way of requests.

A fault is written `METHOD PATH[#N]:KIND[=ARG]`: `#N` hits the nth matching request since the fault
was installed, without it every one is hit. METHOD may be `*`. A PATH that ends in `*` stands for
everything that begins so; the query of a request does not count.

| KIND | what happens |
|---|---|
| refuse | the connection is reset before anything is done |
| before, after | no answer for a while, without or with the effect |
| 500-before, 500-after | 500, without or with the effect |
| warn | done, and 200 with a text |
| 409, 403, 401 | that status, without the effect |
| truncate | done; half of the answer, then the end of the connection |
| reset | done; half of the answer, then a reset |
| slow=SECONDS | done after a while |
| meanwhile=SERVICE:FIELD=VALUE | another writer changes a service just before |
"""

import json
import re
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field

__all__ = ["KINDS", "Fault", "FaultBook", "FaultProblem", "parse_fault", "parse_faults"]

KINDS = (
    "refuse",
    "500-before",
    "500-after",
    "before",
    "after",
    "warn",
    "409",
    "403",
    "401",
    "truncate",
    "slow",
    "reset",
    "meanwhile",
)
_WITH_ARGUMENT = {"slow", "meanwhile"}
_FAULT = re.compile(
    r"(?P<method>\S+)\s+(?P<path>/\S*?)(?:#(?P<nth>\d+))?:"
    rf"(?P<kind>{'|'.join(KINDS)})(?:=(?P<arg>.*))?",
    re.DOTALL,
)


class FaultProblem(ValueError):
    """A text that is no fault."""


@dataclass(slots=True)
class Fault:
    method: str
    path: str
    kind: str
    arg: str = ""
    nth: int = 0
    seen: int = 0

    def matches(self, method: str, path: str) -> bool:
        if self.method not in {"*", method}:
            return False
        if self.path.endswith("*"):
            return path.startswith(self.path[:-1])
        return path == self.path


def parse_fault(text: str) -> Fault:
    """Return the fault that a text describes.

    Raises:
        FaultProblem: it describes none.
    """
    match = _FAULT.fullmatch(text.strip())
    if match is None:
        problem = f"no fault: {text!r}; expected METHOD PATH[#N]:KIND[=ARG]"
        raise FaultProblem(problem)
    kind, arg = match["kind"], match["arg"] or ""
    if (kind in _WITH_ARGUMENT) != bool(arg):
        needs = "needs" if kind in _WITH_ARGUMENT else "takes no"
        problem = f"no fault: {text!r}; {kind} {needs} argument"
        raise FaultProblem(problem)
    if kind == "slow" and not re.fullmatch(r"\d+(\.\d+)?", arg):
        problem = f"no fault: {text!r}; slow needs a number of seconds"
        raise FaultProblem(problem)
    if kind == "meanwhile" and not re.fullmatch(r"[^:]+:[^=]+=.*", arg, re.DOTALL):
        problem = f"no fault: {text!r}; meanwhile needs SERVICE:FIELD=VALUE"
        raise FaultProblem(problem)
    return Fault(match["method"].upper(), match["path"], kind, arg, int(match["nth"] or 0))


def parse_faults(body: str) -> list[Fault]:
    """Return the faults of a text: one a line, or a JSON text or list of texts.

    Raises:
        FaultProblem: one of them is none.
    """
    stripped = body.strip()
    lines: Iterable[object] = stripped.splitlines()
    if stripped.startswith(("[", '"')):
        try:
            told = json.loads(stripped)
        except ValueError as error:
            problem = f"no JSON: {error}"
            raise FaultProblem(problem) from error
        lines = told if isinstance(told, list) else [told]
    return [parse_fault(str(line)) for line in lines if str(line).strip()]


@dataclass(slots=True)
class FaultBook:
    """The installed faults; several can hit one request, in the order in which they came."""

    faults: list[Fault] = field(default_factory=list)
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def add(self, faults: Iterable[Fault]) -> None:
        with self._guard:
            self.faults.extend(faults)

    def clear(self) -> None:
        with self._guard:
            self.faults.clear()

    def hitting(self, method: str, path: str) -> list[Fault]:
        """Return the faults that hit this request, which counts as one match for each."""
        with self._guard:
            hits = []
            for fault in self.faults:
                if fault.matches(method, path):
                    fault.seen += 1
                    if fault.nth in {0, fault.seen}:
                        hits.append(fault)
            return hits
