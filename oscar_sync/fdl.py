"""FDL from Python: services as pydantic models, made from the table of fields.

>>> from oscar_sync import fdl
>>> words = fdl.Service(
...     name="words", image="ghcr.io/example/words:1.0", script="words.sh",
...     input=[{"storage_provider": "minio.default", "path": "words/in"}],
... )
>>> print(words.to_yaml("edge"), end="")
functions:
  oscar:
  - edge:
      name: words
      image: ghcr.io/example/words:1.0
      input:
      - storage_provider: minio.default
        path: words/in
      script: words.sh
"""

import os
from pathlib import Path
from types import GenericAlias
from typing import Annotated, Any, Final, Literal, Self, TypeAlias, assert_never

from pydantic import BaseModel, BeforeValidator, ConfigDict, create_model, model_validator
from pydantic import Field as ModelField

from oscar_sync.documents.scalars import written
from oscar_sync.errors import InputError
from oscar_sync.model.arguments import checks_arguments
from oscar_sync.model.diagnostic import Diagnostic, Severity
from oscar_sync.model.fdl_fields import SERVICE
from oscar_sync.model.field import Field, Kind
from oscar_sync.model.secret import Secret

DEFAULT_CLUSTER: Final = "default-cluster"
"""The key of a service that goes to whichever cluster is the default."""


Text: TypeAlias = Annotated[str, BeforeValidator(written)]


class FdlBlock(BaseModel):
    """A block of FDL; a key that FDL does not know is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class ServiceModel(FdlBlock):
    """What each service can do; its fields are those of FDL (docs/fields.md)."""

    @model_validator(mode="after")
    def _holds_by_the_rules(self) -> Self:
        """Hold it to the rules of ``oscar-sync validate``."""
        from oscar_sync.manifests.drafting import manifests_of_text

        _, diagnostics = manifests_of_text(self.to_yaml())
        errors = [_sentence(one) for one in diagnostics if one.severity is Severity.ERROR]
        if errors:
            raise ValueError("\n".join(errors))
        return self

    @property
    def definition(self) -> dict[str, Any]:
        """Return what was given, as FDL has it; what was not given is not in it."""
        return self.model_dump(mode="json", exclude_none=True)

    @checks_arguments
    def to_yaml(self, cluster: str = DEFAULT_CLUSTER) -> str:
        """Return the FDL file of the service for *cluster*; given secrets are in clear in it."""
        from oscar_sync.documents.yaml_writer import yaml_text

        return yaml_text({"functions": {"oscar": [{cluster: self.definition}]}})

    @classmethod
    @checks_arguments
    def from_file(cls, path: str | os.PathLike[str], name: str = "") -> Self:
        """Return the service of an FDL file, its script read in; *name* chooses one of several.

        Raises:
            InputError: the file is wrong; it holds every finding.
            ValueError: it has no such service, or several and no name is given.
        """
        from oscar_sync.manifests.load import Sources, load
        from oscar_sync.semantics.definition import fdl_of

        sources = Sources(paths=[os.fspath(path)], folder=os.sep, cwd=str(Path.cwd()))
        read = load(sources)
        if any(one.severity is Severity.ERROR for one in read.diagnostics):
            raise InputError(read.diagnostics)
        services = {str(one.name): one for one in read.services if name in {"", one.name}}
        if len(services) != 1:
            names = ", ".join(str(one.name) for one in read.services) or "none"
            raise ValueError(f"{path} has these services: {names}; name one of them")
        (one,) = services.values()
        secrets = {key: value.reveal() for key, value in one.secrets.items()}
        return cls.model_validate(fdl_of(one.form, one.name, secrets, Secret.reveal))


def _sentence(diagnostic: Diagnostic) -> str:
    place = "" if diagnostic.path in diagnostic.message else f"{diagnostic.path}: "
    return f"{place}{diagnostic.message}; {diagnostic.remedy}"


def _model(name: str, fields: tuple[Field, ...], base: type[BaseModel] = FdlBlock) -> Any:
    """Return the model of a block, *base* with a field for each of the table."""
    members: dict[str, Any] = {}
    for field in fields:
        wanted = _type(name, field)
        default = ... if field.is_required else None
        members[field.name] = (
            wanted if field.is_required else wanted | None,
            ModelField(default, description=field.doc, repr=not field.is_secret, ge=field.least),
        )
    return create_model(name, __base__=base, __module__=__name__, **members)


def _type(block: str, field: Field) -> Any:
    match field.kind:
        case Kind.TEXT:
            return Literal[field.choices] if field.choices else Text
        case Kind.FLAG:
            return bool
        case Kind.INTEGER:
            return int
        case Kind.TEXTS | Kind.TEXT_LISTS:  # these in the settings alone
            return list[Text]
        case Kind.TEXT_MAP:
            return dict[str, Text]
        case Kind.PORTS:
            return list[int] | int
        case Kind.BLOCK | Kind.BLOCKS | Kind.BLOCK_MAP:
            inner = _model(f"{block}{field.name.title().replace('_', '')}", field.children)
            if field.kind is Kind.BLOCK:
                return inner
            is_list = field.kind is Kind.BLOCKS
            return GenericAlias(list, inner) if is_list else GenericAlias(dict, (str, inner))
        case _:
            assert_never(field.kind)


Service: type[ServiceModel] = _model("Service", SERVICE, ServiceModel)
"""A service of FDL: ``Service(name=…, image=…, script=…)``."""
