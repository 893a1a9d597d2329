"""Services over a few shared buckets, and clusters as other people leave them.

Each strategy is made once: to make and check one anew in each example cost a third of the laws'
time.
"""

from collections.abc import Iterable, Sequence
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


_OPTIONAL: dict[str, st.SearchStrategy[Any]] = {
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
_CHOSEN = st.sets(st.sampled_from(sorted(_OPTIONAL)), max_size=4)
_UP_TO_TWO = st.integers(0, 2)
_ONE_IN_TEN = st.integers(0, 9).map(lambda number: number == 0)


@st.composite
def _plain_fields(draw: st.DrawFn) -> FDL:
    """Return fields that name no bucket, in any spelling."""
    return {name: draw(_OPTIONAL[name]) for name in sorted(draw(_CHOSEN))}


def _io(bucket: str, folder: str, provider: str = "minio.default") -> FDL:
    return {"storage_provider": provider, "path": f"{bucket}/{folder}"}


@dataclass(frozen=True)
class _Places:
    """What the service of one number may name, each a strategy."""

    inputs: st.SearchStrategy[list[str]]
    in_folder: st.SearchStrategy[str]
    bucket: st.SearchStrategy[str]
    out_folder: st.SearchStrategy[str]


def _places(at: int) -> _Places:
    """Return the places of number *at*: outputs feed later services, so no chain bites its tail."""
    bucket = st.sampled_from((*BUCKETS, NAMES[at]))
    fed = [f"in-{number}" for number in range(at + 1, len(NAMES))]
    return _Places(
        inputs=st.lists(bucket, max_size=4),
        in_folder=st.sampled_from((f"in-{at}", "all", f"in-{at}/deep")),
        bucket=bucket,
        out_folder=st.sampled_from((f"out-{at}", *fed)),
    )


_PLACES = [_places(at) for at in range(len(NAMES))]
_PROVIDERS = st.sampled_from(("minio.default", "minio", "minio.default"))


@st.composite
def _storage_fields(draw: st.DrawFn, at: int) -> FDL:
    """Return inputs, outputs and a mount of the service number *at*."""
    places = _PLACES[at]
    taken = dict.fromkeys((bucket, draw(places.in_folder)) for bucket in draw(places.inputs))
    fields: FDL = {
        "input": [_io(*place) for place in taken],
        "output": [
            _io(draw(places.bucket), draw(places.out_folder), draw(_PROVIDERS))
            for _ in range(draw(_UP_TO_TWO))
        ],
    }
    if draw(_ONE_IN_TEN):
        fields["mount"] = _io(draw(places.bucket), "models")
    if draw(_ONE_IN_TEN):
        fields |= _OUTSIDE
        fields["output"].append({"storage_provider": "webdav.box", "path": "there"})
    return {key: value for key, value in fields.items() if value}


_KIND_OF_RUNTIME = st.integers(0, 29)
_THRESHOLDS = st.sampled_from((50, 80))
_POLICIES = st.sampled_from(("delete", "retain"))
_LEVELS = st.sampled_from(("USER", "SERVICE"))


@st.composite
def _runtime_fields(draw: st.DrawFn) -> FDL:
    """Return one of the blocks that change what a service is."""
    match draw(_KIND_OF_RUNTIME):
        case 0:
            return {"expose": {"api_port": [80], "min_scale": 1, "max_scale": 2,
                               "cpu_threshold": draw(_THRESHOLDS)}}  # fmt: skip
        case 1:
            policy = draw(_POLICIES)
            return {"volume": {"size": "1Gi", "mount_path": "/d", "lifecycle_policy": policy}}
        case 2:
            return {"kserve": {"type": "inference", "storage_uri": "pvc://models/one",
                               "inference": {"model_format": "sklearn"}}}  # fmt: skip
        case 3:
            return {"isolation_level": draw(_LEVELS),
                    "allowed_users": ["u1@example.org"]}  # fmt: skip
        case 4:
            return {"interlink_node_name": "node"}
        case _:
            return {}


_PLAIN = _plain_fields()
_RUNTIME = _runtime_fields()
_STORAGE = [_storage_fields(at) for at in range(len(NAMES))]


@st.composite
def _service(draw: st.DrawFn, at: int) -> FDL:
    fields = {
        "name": NAMES[at],
        "image": IMAGE,
        "script": draw(_SCRIPTS),
        **draw(_PLAIN),
        **draw(_STORAGE[at]),
        **draw(_RUNTIME),
    }
    if fields.get("isolation_level") == "USER" and "input" in fields:
        fields["input"] = fields["input"][:1]  # the server fails at two
    return fields


_SERVICES = [_service(at) for at in range(len(NAMES))]


def service(at: int) -> st.SearchStrategy[FDL]:
    """Return the service number *at* of :data:`NAMES`, as its manifest has it."""
    return _SERVICES[at]


_NUMBERS = st.integers(0, len(NAMES) - 1)
_SOME = {
    (least, most): st.sets(_NUMBERS, min_size=least, max_size=most)
    for least, most in ((1, 4), (2, 4), (1, 2))
}


@st.composite
def services(draw: st.DrawFn, min_size: int = 1, max_size: int = len(NAMES)) -> list[FDL]:
    """Return one to four services."""
    return [draw(_SERVICES[at]) for at in sorted(draw(_SOME[min_size, max_size]))]


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


KINDS = (
    "unstamped", "other-owner", "other-set", "other-set-elsewhere", "lost-owner", "copied-stamp",
    "ours-elsewhere", "ours",
)  # fmt: skip
_KINDS = st.sampled_from((*KINDS, *KINDS[-1:] * 4))  # what is done often, is done to ours
_BY_API = st.dictionaries(
    st.sampled_from(BUCKETS), st.sampled_from(("private", "public")), max_size=2
)
_BY_S3 = st.sets(st.sampled_from(BUCKETS), max_size=1)
_UP_TO_THREE = st.sets(_NUMBERS, max_size=3)


@st.composite
def left_clusters(draw: st.DrawFn) -> Left:
    """Return what stands on a cluster before we come."""
    by_api = draw(_BY_API)
    by_s3 = draw(_BY_S3)
    return Left(
        by_api,
        tuple(sorted(by_s3 - set(by_api))),
        tuple(Live(draw(_SERVICES[at]), draw(_KINDS)) for at in sorted(draw(_UP_TO_THREE))),
    )


def moves(order: Sequence[str], left: Left, wanted: Iterable[FDL]) -> list[FDL]:
    """Return entries of ``moved``: from names that are *left* to those that are *wanted*."""
    old, new = {one.body["name"] for one in left.services}, {one["name"] for one in wanted}
    olds, news = ([one for one in order if one in names] for names in (old - new, new - old))
    return [{"from": old, "to": new} for old, new in zip(olds, news, strict=False)]


def private(wanted: Iterable[FDL]) -> list[FDL]:
    """Return services that give no access: others than declared buckets have would be an error."""
    return [
        {name: value for name, value in one.items() if name not in ("visibility", "allowed_users")}
        for one in wanted
    ]


def stamps(kind: str, name: str) -> dict[str, str]:
    """Return the annotations of ours on a service of that *kind*."""
    owner = {
        "other-set": f"other/laws.example.org/{name}",
        "other-set-elsewhere": f"other/elsewhere.example.org/{name}",
        "copied-stamp": f"{SET}/laws.example.org/another",
        "ours-elsewhere": f"{SET}/elsewhere.example.org/{name}",
        "ours": f"{SET}/laws.example.org/{name}",
    }.get(kind)
    return {"oscar-sync.io/owner": owner} if owner else {}


_PER_SERVICE = ("replace:{}", "take-over:{}", "push-secrets:{}", "federate:{}", "erase:{}/volume")


_HOLDERS = (*BUCKETS, *NAMES)
_WORDS = [
    *(word.format(name) for word in _PER_SERVICE for name in NAMES),
    *(f"attach:{name}={bucket}" for name in NAMES for bucket in _HOLDERS),
    *(f"erase:{bucket}" for bucket in _HOLDERS),
    "erase:empty",
]
_FEW_WORDS = st.sets(st.sampled_from(_WORDS), max_size=6)
_BEGINNINGS = st.sets(st.sampled_from(("replace:", "take-over:", "push-secrets:", "attach:")))
_IS_FEW = st.booleans()


@st.composite
def allowed_words(draw: st.DrawFn) -> list[str]:
    """Return consents as a command line gives them, most of which no step needs."""
    if draw(_IS_FEW):
        return sorted(draw(_FEW_WORDS))
    chosen = draw(_BEGINNINGS)
    return [word for word in _WORDS if word.startswith(tuple(sorted(chosen)))] if chosen else []


_REMOVED = st.sets(st.sampled_from(NAMES), max_size=3)
_ALL_DATA = (*_HOLDERS, "empty", "volume")
_ERASABLE = st.sets(st.sampled_from(_ALL_DATA), max_size=3) | st.just({*_ALL_DATA})


@st.composite
def removed_entries(draw: st.DrawFn) -> list[FDL]:
    """Return rows of ``removed``, some of which name data to be erased."""
    return [{"service": name, "erase": sorted(draw(_ERASABLE))} for name in sorted(draw(_REMOVED))]
