"""What chats are sent: a name is shown and never obeyed, and a message has an end."""

import json
import re
from html.parser import HTMLParser

import pytest

from oscar_sync.render.chat import FORMATS, notification_body
from tests.unit.render.subjects import HOSTILE

CHATS = tuple(name for name in FORMATS if name != "json")
CALLS = "`<!channel> <@U1> @all @channel @room [a](https://evil.example) *b* :x: & <b>`"
BOARD = "https://board.example.org/a&b"


def document(name, **more):
    one = {"cluster": name, "service": name, "kind": "update"}
    return {
        "text": "oscar-sync: 1 service of set tests drifted", "digest": "0a", "board": BOARD,
        "unreachable": [name], "drifted": [{**one, "paths": ["cpu", name, "memory", "image"]}],
        "failed": [{**one, "status": "failed", "code": "stale"}],
        "blocked": [{**one, "code": ""}], **more,
    }  # fmt: skip


def sent(name, format_name, **more):
    return json.loads(notification_body(document(name, **more), format_name))


class Tags(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.tags, self.texts = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, *attrs))

    def handle_data(self, data):
        self.texts.append(data)


@pytest.mark.parametrize("format_name", ["slack", "mattermost"])
@pytest.mark.parametrize("name", [HOSTILE, CALLS, "`", "a``b"])
def test_a_name_is_code_where_a_chat_reads_markdown(name, format_name):
    body = sent(name, format_name)
    assert list(body) == ["text"]
    outside = re.sub(r"`[^`\n]+`", "", body["text"])
    assert outside.splitlines() == [
        "oscar-sync: 1 service of set tests drifted",
        "cluster  cannot be read",
        ": update failed: ",
        ": update blocked",
        ": update drifted: , ,  and 1 more",
        f"Board: {BOARD if format_name == 'mattermost' else BOARD.replace('&', '&amp;')}",
    ]
    assert format_name == "mattermost" or not re.search(r"[<>]|&(?!(amp|lt|gt);)", body["text"])


@pytest.mark.parametrize("name", [HOSTILE, CALLS])
def test_matrix_is_sent_a_text_and_html_that_name_no_room(name):
    body = sent(name, "matrix")
    assert list(body) == ["text", "html"]
    assert not re.search(r"@\w", body["text"])
    assert len(body["text"].splitlines()) == 6
    read = Tags(body["html"])
    assert {tag for tag, *_ in read.tags} == {"code", "br", "a"}
    assert [rest for tag, *rest in read.tags if tag == "a"] == [[("href", BOARD)]]
    assert name[1:3] in "".join(read.texts)


@pytest.mark.parametrize("format_name", CHATS)
def test_a_message_has_an_end_and_says_how_much_is_not_in_it(format_name):
    one = {"cluster": "c" * 500, "service": "edge", "kind": "update", "paths": ["p" * 500] * 50}
    body = sent("edge", format_name, drifted=[one] * 500)
    assert all(len(text) < 4000 for text in body.values())
    assert "and 493 more" in body["text"]
    assert "Board: " in body["text"]


@pytest.mark.parametrize("format_name", CHATS)
def test_without_a_board_none_is_named(format_name):
    assert "Board" not in json.dumps(sent("edge", format_name, board=""))


def test_a_message_says_what_and_where():
    names = {"unreachable": ["lab"], "failed": [], "blocked": []}
    assert sent("edge", "mattermost", **names)["text"] == (
        "oscar-sync: 1 service of set tests drifted\n"
        "cluster `lab` cannot be read\n"
        "`edge/edge`: update drifted: `cpu`, `edge`, `memory` and 1 more\n"
        f"Board: {BOARD}"
    )


def test_json_is_the_document():
    assert sent(HOSTILE, "json") == document(HOSTILE)
