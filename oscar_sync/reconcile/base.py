"""What a plan changes against the files of another commit, and what was due before (trust 4)."""

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from oscar_sync.documents.on_disk import real_path
from oscar_sync.errors import InputError, UsageError
from oscar_sync.model.action import Action
from oscar_sync.model.amounts import several
from oscar_sync.model.field import Json
from oscar_sync.model.plan import Base, Plan
from oscar_sync.model.plan_options import PlanOptions
from oscar_sync.model.state import ClusterView, DesiredState
from oscar_sync.reconcile.connect import Connections
from oscar_sync.reconcile.desire import desire
from oscar_sync.reconcile.desire.request import DesireRequest
from oscar_sync.reconcile.once import Pass, completed
from oscar_sync.settings.codes import SettingsCode
from oscar_sync.workspace.git import work_tree
from oscar_sync.workspace.git_objects import commit_named, files_of, write_files
from oscar_sync.workspace.git_program import has_git
from oscar_sync.workspace.key import read_key

_AS_FOLDER: Final = "write a folder as ./NAME"
_NOT_FOLLOWED: Final = frozenset({SettingsCode.SEED, SettingsCode.SEED_OUTSIDE})


class BaseRequest(Struct, frozen=True):
    """What ``--base`` asks: the *request* of the run, and whether a flag says to prune."""

    request: DesireRequest
    ref: str
    prune: bool | None = None


class _Files(Struct, frozen=True):
    """Files in ``folder`` that stand for those below ``stands_for``; ``pointers``: of Git LFS."""

    folder: Path
    stands_for: Path
    pointers: tuple[str, ...] = ()

    def at(self, path: str | Path) -> Path:
        """Return the absolute *path* as it is in these files, where it is below them."""
        real = Path(real_path(path))
        inside = real.is_relative_to(self.stands_for)
        return self.folder / real.relative_to(self.stands_for) if inside else Path(path)


def _nothing(note: str) -> None:
    del note


def against_base(
    planned: Pass,
    asked: BaseRequest,
    options: PlanOptions,
    connections: Connections,
) -> Pass:
    """Return *planned* with what of it the files of *asked* would plan too, on the same clusters.

    ``ref`` is a commit of the repository of the settings' folder, or a folder (``./NAME``, an
    absolute path) that stands for the working directory.

    Raises:
        UsageError: there is no such commit or folder.
    """
    plan, request, ref = planned.draft.plan, asked.request, asked.ref
    with _files_at(ref, Path(planned.desired.settings.folder), Path(request.cwd)) as files:
        try:
            desired = _desired(files, asked, planned.desired, connections.environ)
        except (InputError, UsageError) as error:
            base = Base(ref, problem=_why(error))
        else:
            views = tuple(view for view in planned.views if _is_of(desired, view))
            key = read_key(Path(planned.desired.settings.folder), connections.environ, _nothing)
            draft, _ = completed(desired, views, options, connections, key)
            base = replace(_compared(ref, plan, draft.plan), pointers=files.pointers)
    return replace(planned, draft=replace(planned.draft, plan=_noted(plan, base)))


@contextmanager
def _files_at(ref: str, folder: Path, cwd: Path) -> Iterator[_Files]:
    # A folder is written as one: a branch could hold a folder that is called like a commit.
    if ref.startswith((".", "/")):
        if not os.path.isdir(Path(cwd, ref)):
            raise UsageError(f"--base {ref}: no such folder")
        yield _Files(Path(real_path(Path(cwd, ref))), Path(real_path(cwd)))
        return
    tree = work_tree(folder)
    if tree is None:
        raise UsageError(f"--base {ref}: {folder} is not in a git work tree; {_AS_FOLDER}")
    if not has_git():
        raise UsageError(f"--base {ref}: git is not installed; install it, or {_AS_FOLDER}")
    commit = commit_named(tree, ref)
    if not commit:
        raise UsageError(
            f"--base {ref}: there is no such commit in {tree}; fetch it (git fetch origin "
            f"BRANCH), or {_AS_FOLDER}"
        )
    root = Path(real_path(tree))
    below = os.path.relpath(real_path(folder), root)
    listed = files_of(tree, commit, "" if below == "." else below)
    if listed is None:
        raise UsageError(f"--base {ref}: git cannot list the files of {commit}")
    with tempfile.TemporaryDirectory(prefix="oscar-sync-base-") as made:
        target = Path(real_path(made))
        pointers = write_files(tree, listed, target)
        (target / ".git").mkdir()  # the root, for whoever looks for settings from below
        yield _Files(target, root, pointers)


def _desired(
    files: _Files, asked: BaseRequest, wanted: DesiredState, environ: Mapping[str, str]
) -> DesiredState:
    """Return what *files* say of the services that the run looks at; seeds are left out.

    Raises:
        InputError: they cannot be used.
        UsageError: none of the PATHs is there.
    """
    request = asked.request
    cwd = Path(real_path(request.cwd))
    mapped = (files.at(cwd / path) for path in request.paths)
    paths = tuple(str(path) for path in mapped if os.path.exists(path))
    if not paths:
        raise UsageError("none of the PATHs is there")
    base_cwd = files.at(cwd)
    base_cwd.mkdir(parents=True, exist_ok=True)
    inner = replace(
        request,
        cwd=str(base_cwd),
        paths=paths,
        settings_file=_settings(files, cwd, wanted.settings.file),
        env_file=_beside(files, wanted.settings.env_file),
        token_file=str(cwd / request.token_file) if request.token_file else None,
        config=str(cwd / request.config) if request.config else None,
        allow_outside=tuple(str(files.at(cwd / path)) for path in request.allow_outside),
        only=(),
        labels=(),
        strict=False,
        tolerated=request.tolerated | _NOT_FOLLOWED,
    )
    found = desire(inner, environ)
    selects = wanted.narrowing.selects
    settings_found = replace(
        found.settings,
        services=tuple(replace(one, seeds=()) for one in found.settings.services),
        prune=found.settings.prune if asked.prune is None else asked.prune,
    )
    return replace(
        found,
        services=tuple(one for one in found.services if selects(one.key, one.form.labels)),
        settings=settings_found,
        narrowing=wanted.narrowing,
    )


def _settings(files: _Files, cwd: Path, shown: str) -> str | None:
    """Return the settings file there; None where there is none.

    Raises:
        UsageError: it is a link that leads elsewhere: a file that is named may be any.
    """
    path = files.at(cwd / shown) if shown else None
    if path is None or not os.path.isfile(path):
        return None
    if not Path(real_path(path)).is_relative_to(files.folder):
        raise UsageError(f"{shown} is a link that leads out of the files")
    return str(path)


def _beside(files: _Files, env_file: str) -> str | None:
    """Return the env file: that of the commit, else the one that is here, which git has not."""
    if not env_file:
        return None
    of_commit = files.at(env_file)
    return str(of_commit if os.path.isfile(of_commit) else env_file)


def _is_of(desired: DesiredState, view: ClusterView) -> bool:
    """Tell whether the files mean the cluster of *view*, at the same address."""
    place = view.cluster.id, view.cluster.identity, view.cluster.endpoint
    places = ((one.id, one.identity, one.endpoint) for one in desired.settings.clusters)
    return view.is_read and place in places


def _why(error: InputError | UsageError) -> str:
    if isinstance(error, InputError):
        first = next(one for one in error.diagnostics if one.severity == "error")
        return f"its files cannot be planned: {first.file}:{first.line}: {first.message}"
    return f"its files cannot be planned: {error}"


def _compared(ref: str, plan: Plan, before: Plan) -> Base:
    theirs = {action.id: (action, code) for action, code in _coded(before)}
    wholly: list[str] = []
    fields: dict[str, tuple[str, ...]] = {}
    for action, code in _coded(plan):
        other, other_code = theirs.pop(action.id, (None, ""))
        if other is None:
            continue
        if (_said(action), code) == (_said(other), other_code):
            wholly.append(action.id)
        elif same := _shared(action, other):
            fields[action.id] = same
    return Base(ref, tuple(wholly), fields, tuple(theirs))


def _coded(plan: Plan) -> Iterator[tuple[Action, str]]:
    yield from ((action, "") for action in plan.actions)
    yield from ((item.action, item.code) for item in plan.blocked)


def _said(action: Action) -> object:
    """Return what makes two actions the same on one cluster: what they send, change and delete."""
    steps = [(step.do, step.target, step.checksum) for step in action.steps]
    return action.sends, steps, _fields(action), [item.bucket for item in action.erases]


def _fields(action: Action) -> list[tuple[str, Json, Json]]:
    return [(change.path, change.before, change.after) for change in action.changes]


def _shared(action: Action, other: Action) -> tuple[str, ...]:
    theirs = _fields(other)
    return tuple(field[0] for field in _fields(action) if field in theirs)


def _noted(plan: Plan, base: Base) -> Plan:
    def noted(action: Action) -> Action:
        if action.id in base.actions:
            note = f"not of this branch: the plan of {base.ref} has it too"
        elif action.id in base.fields:
            note = f"not of this branch: {several(base.fields[action.id])}"
        else:
            return action
        return replace(action, notes=(*action.notes, note))

    return replace(
        plan,
        base=base,
        actions=tuple(map(noted, plan.actions)),
        blocked=tuple(replace(item, action=noted(item.action)) for item in plan.blocked),
    )
