"""Arguments of the functions that people call from Python, held to their annotations."""

import inspect
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import wraps
from types import FunctionType, NoneType, UnionType
from typing import Any, Final, ParamSpec, TypeVar, get_args, get_origin, get_type_hints

Given = ParamSpec("Given")
Returned = TypeVar("Returned")
Owner = TypeVar("Owner", bound=type)

# By its name: pure code has no os.
_PATH: Final = "PathLike"
_WORDS: Final[Mapping[Any, str]] = {
    str: "text",
    bool: "True or False",
    int: "a whole number",
    float: "a number",
    NoneType: "None",
    _PATH: "a path",
    Mapping: "a mapping of text to text",
}
_ONE_OF_MANY: Final[Mapping[Any, str]] = {str: "texts", _PATH: "paths"}
_SEVERAL: Final = (list, tuple, Iterable)


def checks_arguments(function: Callable[Given, Returned]) -> Callable[Given, Returned]:
    """Return *function* so that an argument of a wrong type is a TypeError that names it."""
    signature = inspect.signature(function)
    hints: dict[str, Any] = {}

    @wraps(function)
    def checked(*args: Given.args, **kwargs: Given.kwargs) -> Returned:
        # Read at the first call, so that an import does not pay for it.
        if not hints:
            hints.update(get_type_hints(function))
        try:
            given = signature.bind(*args, **kwargs).arguments
        except TypeError:
            given = {}  # too few or too many: the call says so, with the function's name
        for name, value in given.items():
            if name in hints and not _fits(value, hints[name]):
                raise TypeError(f"{function.__name__}: {_fault(name, value, hints[name])}")
        return function(*args, **kwargs)

    return checked


def checks_methods(owner: Owner) -> Owner:
    """Return the class with the arguments of its public methods held to their annotations."""
    for name, method in list(vars(owner).items()):
        if isinstance(method, FunctionType) and not name.startswith("_"):
            setattr(owner, name, checks_arguments(method))
    return owner


def _fits(value: object, wanted: Any) -> bool:
    kind, inner = get_origin(wanted) or wanted, get_args(wanted)
    if kind is Any:
        return True
    if kind is UnionType:
        return any(_fits(value, one) for one in inner)
    if kind is float:
        kind = (int, float)
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        return False
    if kind.__name__ == _PATH:
        return isinstance(_text_of(value), str)
    if isinstance(value, Mapping):
        keys, values = inner or (Any, Any)
        return all(_fits(key, keys) and _fits(one, values) for key, one in value.items())
    if kind in _SEVERAL:
        # The letters of one text would be taken for several.
        return not isinstance(value, str | bytes) and (
            not isinstance(value, Collection) or all(_fits(one, inner[0]) for one in value)
        )
    return True


def _fault(name: str, value: object, wanted: Any) -> str:
    kinds = _kinds(wanted)
    if isinstance(_text_of(value), str) and all(get_origin(one) in _SEVERAL for one in kinds):
        return f"{name} must be a list: write {name}=[{_text_of(value)!r}]"
    words = " or ".join(dict.fromkeys(map(_words, kinds)))
    if any(getattr(one, "__name__", "") == "PlanResult" for one in kinds):
        words += " (what plan(...) returned)"
    # The value is not shown: it may be a password.
    return f"{name} must be {words}, not {_shown_kind(value)}"


def _kinds(wanted: Any) -> tuple[Any, ...]:
    return get_args(wanted) if get_origin(wanted) is UnionType else (wanted,)


def _words(wanted: Any) -> str:
    kind = get_origin(wanted) or wanted
    if kind in _SEVERAL:
        kinds = _kinds(get_args(wanted)[0])
        return f"a list of {' or '.join(_ONE_OF_MANY[_key(one)] for one in kinds)}"
    return _WORDS.get(_key(wanted)) or f"a {kind.__name__}"


def _key(wanted: Any) -> Any:
    kind = get_origin(wanted) or wanted
    return _PATH if kind.__name__ == _PATH else kind


def _text_of(value: Any) -> object:
    """Return the text of a path, and anything else as it is."""
    return value.__fspath__() if hasattr(value, "__fspath__") else value


def _shown_kind(value: object) -> str:
    if isinstance(value, Mapping):
        return "a mapping of something else"
    if isinstance(value, list | tuple):
        kinds = sorted({type(one).__name__ for one in value})
        return f"a {type(value).__name__} of {', '.join(kinds) or 'nothing'}"
    return type(value).__name__
