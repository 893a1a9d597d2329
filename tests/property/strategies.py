"""Services over a few shared buckets, and clusters as other people leave them."""

from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

from tests.property.world import SET

NAMES = ("alpha", "beta", "gamma", "delta")
BUCKETS = ("red", "green", "blue")
IMAGE = "ghcr.io/laws/image:1.0"

FDL = dict[str, Any]

_LETTERS = st.sampled_from("abcXYZ019-_. é")
_VALUES = st.text(_LETTERS, min_size=1, max_size=8).filter(lambda text: text == text.strip(" -"))
_KEYS = st.sampled_from(("A", "B_1", "LONG_NAME"))
_SCRIPTS = st.sampled_from(
    ("#!/bin/sh\necho one\n", "#!/bin/sh\necho two\n", "#!/bin/sh\r\necho crlf\r\n", "a\n\n\tb\n")
)
_OUTSIDE = {
    "storage_providers": {
        "webdav": {"box": {"hostname": "dav.example.org", "login": "me", "password": "pass-w"}},
    }
}


@st.composite
def plain_fields(draw: st.DrawFn) -> FDL:
    """Return fields that name no bucket, in any spelling."""
    optional: dict[str, st.SearchStrategy[Any]] = {
        "memory": st.sampled_from(("256Mi", "268435456", "0.25Gi", "1Gi", "1024Mi", "512Mi")),
        "cpu": st.sampled_from(("0.2", "200m", "1", "1.0", "1000m", "0.5")),
        "log_level": st.sampled_from(("info", "DEBUG", "Warning")),
        "enable_gpu": st.booleans(),
        "alpine": st.booleans(),
        "image_pull_secrets": st.lists(st.sampled_from(("s1", "s2")), max_size=2),
        "annotations": st.dictionaries(st.sampled_from(("note", "a.b/c")), _VALUES, max_size=2),
        "labels": st.dictionaries(
            st.sampled_from(("team", "x.org/y")), st.sampled_from(("one", "two")), max_size=2
        ),
        "environment": st.fixed_dictionaries(
            {},
            optional={
                "variables": st.dictionaries(_KEYS, _VALUES, max_size=2),
                "secrets": st.dictionaries(
                    st.sampled_from(("S1", "S2")), st.sampled_from(("one", "two")), min_size=1
                ),
            },
        ),
        "synchronous": st.fixed_dictionaries({"min_scale": st.integers(0, 2)}),
        "visibility": st.sampled_from(("private", "public", "restricted")),
    }
    chosen = draw(st.sets(st.sampled_from(sorted(optional)), max_size=4))
    return {name: draw(optional[name]) for name in sorted(chosen)}


def _io(bucket: str, folder: str, provider: str = "minio.default") -> FDL:
    return {"storage_provider": provider, "path": f"{bucket}/{folder}"}


@st.composite
def storage_fields(draw: st.DrawFn, at: int) -> FDL:
    """Return inputs, outputs and a mount of the service number *at*.

    Outputs feed inputs of later services alone, so that no chain bites its own tail.
    """
    name = NAMES[at]
    pool = (*BUCKETS, name)
    inputs = draw(st.lists(st.sampled_from(pool), max_size=2, unique=True))
    fed = [f"in-{number}" for number in range(at + 1, len(NAMES))]
    fields: FDL = {
        "input": [
            _io(bucket, draw(st.sampled_from((f"in-{at}", "all", f"in-{at}/deep"))))
            for bucket in inputs
        ],
        "output": [
            _io(
                draw(st.sampled_from(pool)),
                draw(st.sampled_from((f"out-{at}", *fed))),
                draw(st.sampled_from(("minio.default", "minio", "minio.default"))),
            )
            for _ in range(draw(st.integers(0, 2)))
        ],
    }
    if draw(st.integers(0, 9)) == 0:
        fields["mount"] = _io(draw(st.sampled_from(pool)), "models")
    if draw(st.integers(0, 9)) == 0:
        fields |= _OUTSIDE
        fields["output"].append({"storage_provider": "webdav.box", "path": "there"})
    return {key: value for key, value in fields.items() if value}


@st.composite
def runtime_fields(draw: st.DrawFn) -> FDL:
    """Return one of the blocks that change what a service is."""
    match draw(st.integers(0, 29)):
        case 0:
            return {"expose": {"api_port": [80], "min_scale": 1, "max_scale": 2,
                               "cpu_threshold": draw(st.sampled_from((50, 80)))}}  # fmt: skip
        case 1:
            policy = draw(st.sampled_from(("delete", "retain")))
            return {"volume": {"size": "1Gi", "mount_path": "/d", "lifecycle_policy": policy}}
        case 2:
            return {"kserve": {"type": "inference", "storage_uri": "pvc://models/one",
                               "inference": {"model_format": "sklearn"}}}  # fmt: skip
        case 3:
            return {"isolation_level": draw(st.sampled_from(("USER", "SERVICE"))),
                    "allowed_users": ["u1@example.org"]}  # fmt: skip
        case 4:
            return {"interlink_node_name": "node"}
        case _:
            return {}


@st.composite
def service(draw: st.DrawFn, at: int) -> FDL:
    """Return the service number *at* of :data:`NAMES`, as its manifest has it."""
    fields = {
        "name": NAMES[at],
        "image": IMAGE,
        "script": draw(_SCRIPTS),
        **draw(plain_fields()),
        **draw(storage_fields(at)),
        **draw(runtime_fields()),
    }
    if fields.get("isolation_level") == "USER" and "input" in fields:
        fields["input"] = fields["input"][:1]  # the server fails at two
    return fields


@st.composite
def services(draw: st.DrawFn, min_size: int = 1) -> list[FDL]:
    """Return one to four services."""
    chosen = draw(st.sets(st.integers(0, len(NAMES) - 1), min_size=min_size))
    return [draw(service(at)) for at in sorted(chosen)]


@dataclass(frozen=True)
class Live:
    """One service that somebody else made: its body, and what was done to it afterwards."""

    body: FDL
    kind: str


@dataclass(frozen=True)
class Left:
    """A cluster as others left it: buckets with an object each, and services."""

    buckets: dict[str, str] = field(default_factory=dict)
    store_buckets: tuple[str, ...] = ()
    services: tuple[Live, ...] = ()


KINDS = ("unstamped", "other-owner", "other-set", "lost-owner", "copied-stamp", "ours")


@st.composite
def left_clusters(draw: st.DrawFn) -> Left:
    """Return what stands on a cluster before we come."""
    by_api = draw(
        st.dictionaries(
            st.sampled_from(BUCKETS), st.sampled_from(("private", "public")), max_size=2
        )
    )
    by_s3 = draw(st.sets(st.sampled_from(BUCKETS), max_size=1))
    chosen = draw(st.sets(st.integers(0, len(NAMES) - 1), max_size=3))
    return Left(
        by_api,
        tuple(sorted(by_s3 - set(by_api))),
        tuple(Live(draw(service(at)), draw(st.sampled_from(KINDS))) for at in sorted(chosen)),
    )


def stamps(kind: str, name: str) -> dict[str, str]:
    """Return the annotations of ours on a service of that *kind*."""
    owner = {
        "other-set": f"other/laws.example.org/{name}",
        "copied-stamp": f"{SET}/elsewhere.example.org/{name}",
        "ours": f"{SET}/laws.example.org/{name}",
    }.get(kind)
    return {"oscar-sync.io/owner": owner} if owner else {}


_PER_SERVICE = ("replace:{}", "take-over:{}", "push-secrets:{}", "erase:{}/volume")


@st.composite
def allowed_words(draw: st.DrawFn) -> list[str]:
    """Return consents as a command line gives them, most of which no step needs."""
    words = [word.format(name) for word in _PER_SERVICE for name in NAMES]
    buckets = (*BUCKETS, *NAMES)
    words += [f"attach:{name}={bucket}" for name in NAMES for bucket in buckets]
    words += [f"erase:{bucket}" for bucket in buckets] + ["erase:empty"]
    if draw(st.booleans()):
        return sorted(draw(st.sets(st.sampled_from(words), max_size=6)))
    chosen = draw(st.sets(st.sampled_from(("replace:", "take-over:", "push-secrets:", "attach:"))))
    return [word for word in words if word.startswith(tuple(sorted(chosen)))] if chosen else []


@st.composite
def removed_entries(draw: st.DrawFn) -> list[FDL]:
    """Return rows of ``removed``, some of which name data to be erased."""
    names = draw(st.sets(st.sampled_from(NAMES), max_size=3))
    erasable = st.sampled_from((*BUCKETS, *NAMES, "empty", "volume"))
    return [
        {"service": name, "erase": sorted(draw(st.sets(erasable, max_size=3)))}
        for name in sorted(names)
    ]
