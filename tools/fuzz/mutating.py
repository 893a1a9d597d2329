"""One seed to one hostile input: by bytes, or by what the bytes mean."""

import json
import random
from collections.abc import Sequence
from typing import Any, Final

# fmt: off
TOKENS: Final = (
    b"\x00", b"\x1b[2J", b"\xe2\x80\xae", b"\xff\xfe", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\r",
    b"\n",
    b"\t", b"\xc2\x85", b"\xe2\x80\xa8", b"\x7f", b": ", b"- ", b"? ", b"---\n", b"...\n", b"{",
    b"}", b"[", b"]", b"&a ", b"*a ", b"<<: *a\n", b"!!python/object/apply:os.system [id]",
    b"!!binary ",
    b"!!set ", b"!!omap ", b"!<tag:x> ", b"%YAML 9.9\n", b"%TAG ! x\n", b"|\n", b">-\n", b"'",
    b'"',
    b"\\u0000", b"\\ud800", b"\\x", b"${A}", b"${A:-", b"${", b"{{ x }}", b"null", b"~", b"true",
    b"no",
    b"NaN", b"Infinity", b"-0", b"1e999", b"9" * 400, b"9" * 5000, b"0x7fffffffffffffff", b"1_000",
    b"../" * 5, b"/dev/zero", b"/dev/stdin", b"CON", b"a//b", b"oscar-sync.io/owner",
    b"minio.default",
    b"functions:", b"oscar:", b"export ", b"=", b"#", b"allowed_users", b"storage_providers",
)
# fmt: on
_LONG: Final = 20_000


def mutated(seed: bytes, others: Sequence[bytes], dice: random.Random) -> bytes:
    """Return *seed* changed in one to five places; JSON half of the time by its structure."""
    content = seed
    if dice.random() < 0.5:
        content = _restructured(content, dice)
    for _ in range(dice.choice((0, 1, 1, 2, 3, 5)) or (content is seed)):
        content = _changed(content, others, dice)
    return content


def _changed(content: bytes, others: Sequence[bytes], dice: random.Random) -> bytes:
    at, end = sorted((dice.randint(0, len(content)), dice.randint(0, len(content))))
    end = min(end, at + dice.choice((1, 2, 8, 64, 512)))
    match dice.randint(0, 8):
        case 0:
            return content[:at]
        case 1:
            return content[:at] + content[end:]
        case 2:
            return content[:end] + content[at:end] * dice.choice((1, 2, 60)) + content[end:]
        case 3:
            return content[:at] + dice.randbytes(dice.randint(1, 8)) + content[end:]
        case 4:
            return content[:at] + dice.choice(TOKENS) * dice.choice((2, 60, 2000)) + content[at:]
        case 5:
            other = dice.choice(others)
            return content[:at] + other[dice.randint(0, len(other)) :]
        case 6 if content:
            at = min(at, len(content) - 1)
            flipped = bytes([content[at] ^ (1 << dice.randint(0, 7))])
            return content[:at] + flipped + content[at + 1 :]
        case _:
            return content[:at] + dice.choice(TOKENS) + content[end:]


def _restructured(content: bytes, dice: random.Random) -> bytes:
    try:
        tree = json.loads(content)
    except ValueError:
        return content
    for _ in range(dice.randint(1, 3)):
        tree = _replanted(tree, dice)
    return json.dumps(tree).encode()


def _replanted(tree: Any, dice: random.Random) -> Any:
    """Return *tree* with one of its nodes taken away, given twice, or replaced."""
    holders = [node for node in _nodes(tree) if isinstance(node, dict | list) and node]
    if not holders or dice.random() < 0.02:
        return _hostile(dice)
    holder = dice.choice(holders)
    place: Any = dice.choice(list(holder) if isinstance(holder, dict) else range(len(holder)))
    match dice.randint(0, 5):
        case 0:
            del holder[place]
        case 1 if isinstance(holder, dict):
            holder[_hostile_text(dice)] = holder.pop(place)
        case 1 if isinstance(holder, list):
            holder.extend([holder[place]] * dice.choice((1, 30)))
        case 2:
            holder[place] = json.loads(json.dumps(dice.choice(holders)))
        case _:
            holder[place] = _hostile(dice)
    return tree


def _nodes(tree: Any) -> list[Any]:
    found = [tree]
    for node in found:
        if isinstance(node, dict):
            found.extend(node.values())
        elif isinstance(node, list):
            found.extend(node)
    return found


def _hostile(dice: random.Random) -> Any:
    match dice.randint(0, 9):
        case 0:
            return dice.choice((None, True, False, 0, -1, 2**63, 10**400, 1.5, 1e308, -0.0))
        case 1:
            deep: Any = []
            for _ in range(dice.choice((3, 49, 99, 101, 300))):
                deep = [deep] if dice.random() < 0.5 else {"a": deep}
            return deep
        case 2:
            return [{}] * dice.choice((1, 100))
        case 3:
            return {_hostile_text(dice): _hostile_text(dice)}
        case 4:
            return dice.choice(([], {}, "", [None], {"": None}, [[]], [""], {"": ""}))
        case _:
            return _hostile_text(dice)


def _hostile_text(dice: random.Random) -> str:
    if dice.random() < 0.1:
        return "x" * _LONG
    token = dice.choice(TOKENS).decode("utf-8", "replace")
    if dice.random() < 0.05:
        token += "\ud800"
    return token * dice.choice((1, 1, 1, 3))
