"""Weaknesses 20 to 26 of oscar-python: invoking services."""

import base64
import json

import pytest

from oscar_sync.client import AnonymousClient, Client, HTTPError
from oscar_sync.client import _utils as utils
from oscar_sync.client.output import Spool, decoded, is_base64
from tests.client.serving import stubbed
from tests.unit.wire.stub import Reply, reply, running

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))


def body_of(given=None, **more):
    """Body and content type that an input is sent as."""
    with stubbed(reply("")) as (client, stub):
        client.run_service("gray", token="t", input=given, **more)
        asked = stub.asked[0]
        return asked.body, asked.headers.get("Content-Type")


def test_a_mapping_is_sent_as_json():
    """Weakness 20."""
    body, kind = body_of({"a": 1, "ñ": [True, None]})

    assert json.loads(body) == {"a": 1, "ñ": [True, None]}
    assert kind == "application/json"


@pytest.mark.parametrize("text", ["ñandú", "日本", "plain", "x" * 5000, "nul\0"])
def test_text_is_sent_as_utf8(text):
    """Weakness 21."""
    assert base64.b64decode(body_of(text)[0]).decode() == text


def test_bytes_and_paths_and_named_files_are_sent_as_they_are(tmp_path, monkeypatch):
    """Weakness 22."""
    (tmp_path / "a.png").write_bytes(PNG)
    monkeypatch.chdir(tmp_path)

    assert base64.b64decode(body_of(PNG)[0]) == PNG
    assert base64.b64decode(body_of(tmp_path / "a.png")[0]) == PNG
    assert base64.b64decode(body_of(input_file="a.png")[0]) == PNG


def test_a_text_that_names_a_file_is_sent_as_the_file_since_scripts_count_on_it(
    tmp_path, monkeypatch
):
    """Weakness 22, kept: bytes and input_file leave no doubt."""
    (tmp_path / "a.png").write_bytes(PNG)
    monkeypatch.chdir(tmp_path)

    assert base64.b64decode(body_of("a.png")[0]) == PNG
    assert base64.b64decode(body_of(b"a.png")[0]) == b"a.png"


@pytest.mark.parametrize("empty", [None, "", b""], ids=repr)
def test_an_empty_input_is_no_body_since_scripts_count_on_it(empty):
    """Weakness 22, kept."""
    assert body_of(empty)[0] == b""


def test_input_and_input_file_at_once_are_a_value_error(tmp_path):
    """Weakness 22."""
    with pytest.raises(ValueError, match="not both"):
        body_of("a", input_file=tmp_path / "b")


def test_a_file_that_is_not_there_is_a_file_not_found_error(tmp_path):
    """Weakness 22."""
    with pytest.raises(FileNotFoundError):
        body_of(tmp_path / "nowhere")


def test_base64_is_not_called_json():
    """Weakness 23."""
    assert body_of(PNG)[1] == "text/plain"


@pytest.mark.parametrize(
    "text", ["test", "data", "12345678", "AbCdEfGh", "results\n", "YQ==x", "YR==", "a b c d ", "é"]
)
def test_text_that_only_looks_like_base64_is_written_as_it_is(text, tmp_path):
    """Weakness 24."""
    out = tmp_path / "out.txt"
    with stubbed(reply("")) as (client, stub):
        stub.replies = [Reply(body=text.encode())]
        client.run_service("gray", token="t", output=out)

    assert out.read_text() == text


@pytest.mark.parametrize(
    "content", [PNG, b"hello\n", b"", "ñ".encode(), bytes(100_000), b"\0" * 48]
)
def test_a_file_that_comes_as_base64_is_written_decoded(content, tmp_path):
    """Weakness 24."""
    out = tmp_path / "out.txt"
    with stubbed(reply("")) as (client, stub):
        stub.replies = [Reply(body=base64.b64encode(content) + b"\n")]
        response = client.run_service("gray", token="t", output=str(out))

        assert out.read_bytes() == (content or b"\n")
        assert response.content == base64.b64encode(content) + b"\n"


def test_a_text_output_that_is_no_utf8_is_written_and_not_swallowed(tmp_path):
    """Weakness 24."""
    out = tmp_path / "out.txt"
    with stubbed(reply("")) as (client, stub):
        stub.replies = [Reply(body=base64.b64encode(PNG))]
        client.run_service("gray", token="t", output=out)

    assert out.read_bytes() == PNG


def test_the_last_line_may_be_decoded_behind_the_lines_of_a_log(tmp_path):
    """Weakness 24."""
    out = tmp_path / "out.png"
    with stubbed(reply("")) as (client, stub):
        stub.replies = [Reply(body=b"INFO started\nINFO done\n" + base64.b64encode(PNG) + b"\n")]
        client.run_service("gray", token="t", output=out, decode=True)

    assert out.read_bytes() == PNG


def test_an_output_that_must_be_base64_and_is_not_leaves_the_file_as_it_was(tmp_path):
    """Weakness 24."""
    out = tmp_path / "out.png"
    out.write_bytes(b"before")
    with (
        stubbed(reply("no such thing")) as (client, _),
        pytest.raises(ValueError, match="Base64"),
    ):
        client.run_service("gray", token="t", output=out, decode=True)

    assert out.read_bytes() == b"before"
    assert [path.name for path in tmp_path.iterdir()] == ["out.png"]


def test_base64_may_be_left_alone(tmp_path):
    """Weakness 24."""
    out = tmp_path / "out"
    with stubbed(reply("")) as (client, stub):
        stub.replies = [Reply(body=base64.b64encode(PNG))]
        client.run_service("gray", token="t", output=out, decode=False)

    assert out.read_bytes() == base64.b64encode(PNG)


def test_an_output_larger_than_an_answer_may_be_goes_to_its_file(tmp_path):
    """Weakness 24: it is never in memory as a whole."""
    content = bytes(range(256)) * 4096 * 52
    out = tmp_path / "out"
    with stubbed(reply("")) as (client, stub):
        stub.replies = [Reply(body=base64.b64encode(content))]
        client.run_service("gray", token="t", output=out).close()

    assert out.stat().st_size == len(content) > 50 << 20
    assert out.read_bytes() == content


def test_an_invocation_that_fails_leaves_no_file(gray, oscar_emulator, tmp_path):
    """Weakness 24."""
    oscar_emulator.fault("POST /run/gray#1:truncate")
    import requests

    with pytest.raises(requests.exceptions.ConnectionError):
        gray.run_service("gray", input="x" * 100, output=tmp_path / "out")
    with pytest.raises(HTTPError):
        gray.run_service("gray", token="a" * 64, output=tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_base64_is_judged_by_the_letter():
    """Weakness 24."""
    assert utils.isBase64("aGVsbG8=")
    assert not utils.isBase64("")
    assert not utils.isBase64("aGVsbG8")
    assert not utils.isBase64("aGVsb G8=")
    assert not is_base64(b"aGVsbG9=")
    assert decoded(b"dGVzdA==") == b"test"


def test_a_spool_writes_anew_what_came_twice():
    with Spool() as spool:
        spool.write(b"first")
        spool.seek(0)
        spool.truncate()
        spool.write(b"b")
        spool.seek(0)
        assert spool.read() == b"b"


def test_the_services_token_is_asked_for_with_user_and_password_since_run_takes_no_other(gray):
    """Weakness 25, kept: `/run` answers 401 to user and password."""
    assert gray.run_service("gray", input="x").status_code == 200


def test_a_service_that_shows_no_token_is_a_value_error():
    """Weakness 25."""
    with stubbed(reply({"name": "gray"})) as (client, _), pytest.raises(ValueError, match="token="):
        client.run_service("gray")


def test_an_anonymous_client_without_a_token_is_a_value_error(oscar_emulator):
    """Weakness 25."""
    nobody = AnonymousClient({"cluster_id": "a", "endpoint": oscar_emulator.url, "ssl": "true"})

    with pytest.raises(ValueError, match="token="):
        nobody.run_service("gray")


def test_an_anonymous_client_invokes_with_a_token(gray, oscar_emulator):
    token = gray.get_service("gray").json()["token"]
    nobody = AnonymousClient({"cluster_id": "a", "endpoint": oscar_emulator.url, "ssl": "true"})

    assert nobody.run_service("gray", input="x", token=token).ok
    assert nobody._AUTH_TYPE == "anon"
    nobody.close()


def test_a_client_of_oidc_invokes_with_its_token():
    """Weakness 26."""
    with stubbed(reply(""), oidc_token="t0ken") as (client, stub):
        client.run_service("gray")
        assert stub.lines == ["POST /run/gray"]
        assert stub.asked[0].headers["Authorization"] == "Bearer t0ken"


def test_an_asynchronous_call_is_a_job(gray):
    assert gray.run_service("gray", input={"a": 1}, async_call=True).status_code == 201
    assert len(gray.list_jobs("gray").json()["jobs"]) == 1


def test_a_typo_in_a_keyword_is_a_type_error(client):
    with pytest.raises(TypeError):
        client.run_service("gray", inptu="x")


def test_output_without_a_character_set_is_utf8():
    with running() as stub:
        stub.replies = [Reply(body="ñ".encode(), headers={"Content-Type": "text/plain"})]
        client = Client(cluster_id="a", endpoint=stub.url, oidc_token="t")
        assert client.run_service("gray").text == "ñ"
        client.close()
