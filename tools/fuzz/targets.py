"""What is fed: the reader of the files, the answers of a cluster, the plan of ``--expect``."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple, Protocol

from oscar_sync.errors import InputError, OscarSyncError
from oscar_sync.model.cluster import BasicLogin, Cluster
from oscar_sync.model.identity import ClusterId
from oscar_sync.model.plan_options import PlanOptions
from oscar_sync.model.secret import Secret
from oscar_sync.model.state import ClusterView, DesiredState
from oscar_sync.planning.draft import draft_plan
from oscar_sync.published.plan import PlanDocument
from oscar_sync.reconcile.desire import desire
from oscar_sync.reconcile.desire.request import DesireRequest
from oscar_sync.reconcile.expectation import check_expectation
from oscar_sync.reconcile.export import exported
from oscar_sync.reconcile.formats import FORMATS
from oscar_sync.render.diagnostics import diagnostics_text
from oscar_sync.render.drift import drift_text
from oscar_sync.render.plan_text import plan_text
from oscar_sync.render.subject import Subject
from oscar_sync.semantics.live import live_service
from oscar_sync.semantics.masking import masked_service
from oscar_sync.wire import answers
from oscar_sync.wire.exchange import RawAnswer
from oscar_sync.wire.messages import UnusableAnswerError, decode, excerpt
from tools.fuzz import seeds

_ENVIRON: Final = {"USER": "me", "PASS": "p", "TOKEN": "t"}
_PLAIN: Final = json.dumps(
    {
        "functions": {
            "oscar": [
                {"edge-1": {"name": name, "image": "i:1", "script": "a\nb\n", "memory": "1Gi"}}
                for name in ("keeper", "second")
            ]
        }
    }
).encode()


class Target(Protocol):
    """Something that must take any bytes; ``seeds`` are good ones."""

    @property
    def seeds(self) -> Sequence[bytes]:
        """Good inputs."""
        ...

    def feed(self, content: bytes, turn: int) -> None:
        """Take *content*; *turn* chooses among the ways in.

        Raises:
            OscarSyncError: it cannot be used, in words.
        """
        ...


class _Role(NamedTuple):
    file: str
    good: bytes


_ROLES: Final = (
    _Role("a.yaml", b"other: 1\n"),
    _Role("a.fdl.json", b'{"other": 1}'),
    _Role("good.yaml", _PLAIN),
    _Role("oscar-sync.yaml", seeds.SETTINGS),
    _Role("overlays/x.yaml", seeds.OVERLAY),
    _Role(".env", seeds.ENV_FILE),
    _Role(".oscar-syncignore", b"*.txt\n"),
    _Role("run.sh", b"#!/bin/sh\n"),
)


class Files:
    """A folder with one hostile file: a manifest, the settings, an overlay, the env file."""

    def __init__(self, folder: Path) -> None:
        """Write the good files."""
        self.folder = folder
        (folder / "overlays").mkdir()
        (folder / "models").mkdir()
        for role in _ROLES:
            (folder / role.file).write_bytes(role.good)
        self.seeds = (*seeds.manifests(), *(role.good for role in _ROLES[3:] if role.good))
        self._dirty: _Role | None = None

    def feed(self, content: bytes, turn: int) -> None:
        """Read the folder as ``plan`` does, with *content* as one of its files."""
        role = _role_of(content, turn)
        if self._dirty is not None and self._dirty.file != role.file:
            (self.folder / self._dirty.file).write_bytes(self._dirty.good)
        self._dirty = role
        (self.folder / role.file).write_bytes(content)
        request = DesireRequest(
            paths=(str(self.folder),), cwd=str(self.folder), overlays=("x",),
            needs_clusters=turn % 2 == 0,
        )  # fmt: skip
        try:
            desire(request, {**_ENVIRON, "HOME": str(self.folder)})
        except InputError as error:
            found = error.diagnostics
            _check_words(diagnostics_text(found), FORMATS["github"].write_input(found))
            FORMATS["json"].write_input(found).encode()
            raise


def _role_of(content: bytes, turn: int) -> _Role:
    """Return the file that *content* was made of where that shows, else any."""
    if turn % 4 == 0:
        return _ROLES[turn // 4 % len(_ROLES)]
    for mark, role in ((b"max_removals", 3), (b"export S1", 5), (b"services:", 4), (b"*.txt", 6)):
        if mark in content:
            return _ROLES[role]
    return _ROLES[1] if content[:1] == b"{" and turn % 4 == 1 else _ROLES[0]


class Answers:
    """A cluster whose answers are hostile: read, compared, planned, shown and exported."""

    def __init__(self, folder: Path) -> None:
        """Read what is wanted from it."""
        (folder / "a.yaml").write_bytes(_PLAIN)
        (folder / "oscar-sync.yaml").write_bytes(b"set: imaging\nprune: true\n")
        request = DesireRequest(paths=(str(folder),), cwd=str(folder), needs_clusters=False)
        self.cluster = Cluster(
            ClusterId("edge-1"), "https://oscar.example.org", "edge-1", BasicLogin("o", Secret("p"))
        )
        self.desired = desire(request, {"HOME": str(folder)})
        self.seeds = seeds.answers()

    def feed(self, content: bytes, turn: int) -> None:
        """Take *content* as each answer that it could be."""
        _check_words(excerpt(content))
        answers.answer_of(RawAnswer(200, {}, content))
        try:
            value = decode(content)
        except UnusableAnswerError:
            return
        readers = (answers.buckets_of, answers.volumes_of, answers.deployment_of, answers.jobs_of)
        for reader in readers:
            try:
                reader(value)
            except UnusableAnswerError:
                continue
        answers.lines_of(value)
        self._as_services(value if isinstance(value, list) else [value], turn)

    def _as_services(self, value: list[object], turn: int) -> None:
        try:
            listed = answers.services_of(value)
        except UnusableAnswerError:
            return
        for raw in listed:
            masked_service(raw)
        found = (live_service(self.cluster.id, raw) for raw in listed)
        view = ClusterView(
            self.cluster, me=frozenset({"cluster_admin"}), is_admin=True,
            services_namespace="oscar-svc", services={live.key.name: live for live in found},
        )  # fmt: skip
        exported(view, all_owners=turn % 2 == 0)
        _plan_of(self.desired, view)


def _plan_of(desired: DesiredState, view: ClusterView) -> None:
    plan = draft_plan(desired, (view,), PlanOptions(), None).plan
    subjects = (Subject("plan", plan), Subject("drift", plan))
    _check_words(plan_text(plan), drift_text(plan))
    _check_words(*(FORMATS["markdown"].write(subject) for subject in subjects))
    json.dumps(PlanDocument.of(plan).data).encode()


class Plans:
    """``apply --expect FILE`` with a hostile file."""

    def __init__(self, folder: Path) -> None:
        """Make the plan that is expected, and good files of others."""
        cluster = Answers(folder)
        view = ClusterView(cluster.cluster, me=frozenset({"cluster_admin"}), is_admin=True)
        self.plan = draft_plan(cluster.desired, (view,), PlanOptions(), None).plan
        self.file = folder / "plan.json"
        document = PlanDocument.of(self.plan).data
        others: tuple[dict[str, object], ...] = (
            {}, {"digest": "0" * 32}, {"actions": []}, {"format_version": "9.0"},
        )  # fmt: skip
        self.seeds = tuple(json.dumps({**document, **other}).encode() for other in others)

    def feed(self, content: bytes, turn: int) -> None:
        """Expect what *content* says."""
        del turn
        self.file.write_bytes(content)
        try:
            check_expectation(self.plan, str(self.file))
        except OscarSyncError as error:
            str(error).encode("utf-8", "backslashreplace")
            raise


def _check_words(*texts: str) -> None:
    """Refuse texts for people that hold what a terminal would obey."""
    for text in texts:
        if not text.replace("\n", "").replace("\t", "").isprintable():
            hostile = {char for char in text if not char.isprintable()} - {"\n", "\t"}
            message = f"shown as it came: {sorted(map(ascii, hostile))}"
            raise AssertionError(message)


TARGETS: Final[Mapping[str, Callable[[Path], Target]]] = {
    "files": Files,
    "answers": Answers,
    "plans": Plans,
}
