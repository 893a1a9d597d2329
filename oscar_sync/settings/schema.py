"""The shape of `oscar-sync.yaml`. Imported only where a settings file exists: pydantic is heavy."""

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from oscar_sync.documents.scalars import Plain, flag_of, integer_of, is_null


def _flag(value: object) -> object:
    flag = flag_of(value)
    if flag is None and not isinstance(value, bool):
        raise ValueError("write true or false, without quotes")
    return value if flag is None else flag


def _whole(value: object) -> object:
    number = integer_of(value)
    if number is None and not isinstance(value, int):
        raise ValueError("write a whole number, without quotes")
    return value if number is None else number


def _text(value: object) -> object:
    if isinstance(value, str):
        return "" if is_null(value) else str(value)
    raise ValueError("write a text")


def _absent_if_null(value: object) -> object:
    return [] if isinstance(value, Plain) and is_null(value) else value


def _empty_if_null(value: object) -> object:
    return {} if isinstance(value, Plain) and is_null(value) else value


Flag = Annotated[bool, BeforeValidator(_flag)]
Whole = Annotated[int, BeforeValidator(_whole)]
Text = Annotated[str, BeforeValidator(_text)]
Texts = Annotated[list[Text], BeforeValidator(_absent_if_null)]


class Strict(BaseModel):
    """Unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class ClusterEntry(Strict):
    """A cluster, or the name of another entry that this key goes to."""

    alias: Text = Field("", exclude=True, json_schema_extra={"deprecated": True})
    endpoint: Text = Field("", description="Address of the cluster.")
    auth_user: Text = Field("", description="Basic user.")
    auth_password: Text = Field("", description="Basic password.")
    token: Text = Field("", description="OIDC access token.")
    token_file: Text = Field("", description="File with an OIDC access token, read anew each time.")
    oidc_account_name: Text = Field("", description="Account of oidc-agent.")
    oidc_refresh_token: Text = Field("", description="OIDC refresh token.")
    ssl_verify: Flag | None = Field(None, description="Verify the certificate; absent: true.")
    ca_bundle: Text = Field("", description="File with the certificates to trust.")
    identity: Text = Field("", description="Name of the cluster in stamps; else its endpoint.")
    s3_endpoint: Text = Field("", description="The object store's address from here.")
    memory: Text = Field("", description="Written by oscar-cli, without effect.")
    log_level: Text = Field("", description="Written by oscar-cli, without effect.")

    @model_validator(mode="before")
    @classmethod
    def _from_alias(cls, value: Any) -> Any:
        if isinstance(value, str):
            return {"alias": value}
        if isinstance(value, dict) and "alias" in value:
            raise ValueError("unknown key alias: write KEY: OTHER-KEY")
        return value


class RemovedEntry(Strict):
    """A service to be undeployed; its buckets stay."""

    service: Text = Field(min_length=1, description="SERVICE or CLUSTER/SERVICE.")
    erase: Texts = Field([], description="Buckets to erase, `volume`, `empty`.")
    forget: Flag = Field(False, description="Leave it running, take off the stamp.")
    because: Text = Field("", description="Why, for the plan's text.")

    @model_validator(mode="before")
    @classmethod
    def _from_name(cls, value: Any) -> Any:
        return {"service": value} if isinstance(value, str) else value


class SeedEntry(Strict):
    """Files that are to be in a bucket."""

    source: Text = Field(alias="from", min_length=1, description="A file or folder.")
    to: Text = Field(
        min_length=1,
        description="`PROVIDER:FOLDER`: `minio.default:BUCKET/PREFIX`, `webdav.ID:FOLDER` …",
    )
    trigger: Flag = Field(False, description="Allow uploads that start jobs.")
    delete_extra: Flag = Field(False, description="Delete other keys below the prefix.")


class ServiceEntry(Strict):
    """How a service is treated."""

    protect: Flag = Field(False, description="Never removed, never replaced.")
    allow: Texts = Field([], description="Consents, without the service's name.")
    ignore: Texts = Field([], description="Paths left to others, as the plan prints them.")
    wait: Text = Field("", description="Ready within this time: 90s, 5m, 1h.")
    seeds: Annotated[list[SeedEntry], BeforeValidator(_absent_if_null)] = Field(
        [], description="Files that are to be in its buckets."
    )

    @model_validator(mode="before")
    @classmethod
    def _from_null(cls, value: Any) -> Any:
        return _empty_if_null(value)


class SettingsFile(Strict):
    """Settings of oscar-sync."""

    set_name: Text = Field("", alias="set", description="Name of this desired state.")
    clusters: Annotated[dict[str, ClusterEntry], BeforeValidator(_empty_if_null)] = Field(
        {}, description="Clusters by FDL key or id; `*`: every key that is named nowhere."
    )
    prune: Flag = Field(False, description="Remove stamped services that left the manifests.")
    max_removals: Annotated[Whole, Field(ge=0)] = Field(3, description="More are blocked.")
    env_file: Text = Field("", description="Values for declared variables and secrets.")
    owners: Texts = Field([], description="Owners whose services may be updated.")
    removed: Annotated[list[RemovedEntry], BeforeValidator(_absent_if_null)] = Field(
        [], description="Services to undeploy."
    )
    services: Annotated[dict[str, ServiceEntry], BeforeValidator(_empty_if_null)] = Field(
        {}, description="Settings by service."
    )


def settings_schema() -> dict[str, Any]:
    """Return the JSON Schema of `oscar-sync.yaml`."""
    schema = SettingsFile.model_json_schema(by_alias=True)
    entries = schema["$defs"]
    entries["ClusterEntry"]["properties"].pop("alias", None)
    for name in ("ClusterEntry", "RemovedEntry"):
        entry = entries[name]
        entries[name] = {"anyOf": [{"type": "string"}, entry]}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
