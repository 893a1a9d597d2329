"""What all published values share: made from the values of the model, and read strictly."""

from typing import Annotated, Any, Final, TypeAlias

from pydantic import (
    AfterValidator,
    AliasPath,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
)

DOCUMENT_VERSION: Final = "1.0"
"""The format of the documents beside plans and reports, which have one of their own."""


def well_formed(value: Any) -> Any:
    """Return *value* with lone surrogates as text: a file's name can hold them, no JSON may."""
    match value:
        case str() if not value.isascii():
            return value.encode("utf-8", "backslashreplace").decode()
        case list():
            return [well_formed(item) for item in value]
        case dict():
            return {well_formed(key): well_formed(item) for key, item in value.items()}
        case _:
            return value


Text: TypeAlias = Annotated[str, BeforeValidator(well_formed)]
OrNone: TypeAlias = Annotated[Text | None, AfterValidator(lambda text: text or None)]
"""A text that is none where the model has a blank one."""
AnyJson: TypeAlias = Annotated[JsonValue, BeforeValidator(well_formed)]


class Published(BaseModel):
    """A value as others read it: its fields are the keys of the document, in order.

    Where the model calls a value otherwise, the field's validation alias says how. What is read
    from JSON has to have the types that are written; a key of a later minor version is passed over.
    """

    model_config = ConfigDict(
        frozen=True,
        strict=True,
        from_attributes=True,
        validate_by_name=True,
        validate_by_alias=True,
    )

    @property
    def data(self) -> dict[str, Any]:
        """Return it as JSON-shaped data."""
        return self.model_dump(mode="json")


def from_path(*names: str) -> Any:
    """Return a field that the model holds deeper: ``key``, then ``cluster`` of that."""
    return Field(validation_alias=AliasPath(*names))


def where_given(**options: Any) -> Any:
    """Return a field that is left out of the document where it has no value."""
    return Field(default=None, exclude_if=lambda value: value is None, **options)
