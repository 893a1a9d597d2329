"""Values from an env file or the environment for declared variables and secrets (product 2.2)."""

from collections.abc import Mapping
from types import MappingProxyType

from msgspec import Struct, structs

from oscar_sync.documents.dotenv import EnvValue
from oscar_sync.manifests.draft import ServiceDraft
from oscar_sync.manifests.typed import judge, judge_use
from oscar_sync.model.masks import Masked, Masks
from oscar_sync.model.origin import Origin
from oscar_sync.semantics.strings import StringPlace


class Values(Struct, frozen=True):
    file: str = ""
    from_file: Mapping[str, EnvValue] = MappingProxyType({})
    environ: Mapping[str, str] = MappingProxyType({})


def filled(draft: ServiceDraft, values: Values) -> ServiceDraft:
    """Return *draft* with values of the env file, and blank secrets with the environment's."""
    # Names that the service does not declare are ignored: one file serves many services. A variable
    # is shown as ``${NAME} of FILE``: who may declare a name need not see what the file holds.
    draft = structs.replace(draft, masks=draft.masks + _masks(draft, values))
    environment = draft.block("environment")
    for kind in ("variables", "secrets"):
        declared: dict[str, str] = environment.get(kind) or {}
        for name in declared.keys() & values.from_file.keys():
            given = values.from_file[name]
            declared[name] = given.value
            path = ("environment", kind, name)
            draft.elsewhere[path] = Origin(values.file, given.line, given.column, "env_file")
            if kind == "variables":
                judge(draft, given.value, StringPlace.ENV_VALUE, path)
            else:
                judge_use(draft, given.value, StringPlace.ENV_VALUE, path)
    secrets: dict[str, str] = environment.get("secrets") or {}
    for name, value in secrets.items():
        if not value and values.environ.get(name):
            path = ("environment", "secrets", name)
            origin, _ = draft.locator.written(path)
            secrets[name] = values.environ[name]
            draft.elsewhere[path] = Origin(origin.file, origin.line, origin.column, "environment")
    return draft


def _masks(draft: ServiceDraft, values: Values) -> Masks:
    declared = draft.block("environment").get("variables") or {}
    return Masks(
        tuple(
            Masked("environment", value.value, f"${{{name}}} of {values.file}")
            for name, value in values.from_file.items()
            if name in declared and value.value
        ),
        given=frozenset(values.from_file),
    )
