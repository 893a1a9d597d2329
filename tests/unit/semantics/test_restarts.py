"""How often a PUT restarts the store, and for how long its answer is waited for."""

import pytest

from oscar_sync.model.form import Form, InputOutput, Mount
from oscar_sync.semantics.restarts import RESTART_S, effect_wait_s, restarts_of_put, write_timeout_s


def form(inputs=(), outputs=(), mount="", provider="minio.default"):
    had = [tuple(InputOutput("minio.default", path) for path in side) for side in (inputs, outputs)]
    mounted = Mount(provider if mount else "", mount)
    return Form("a", input=had[0], output=had[1], mount=mounted)


HAD = form(["red/in"], ["red/out"])


@pytest.mark.parametrize(
    ("wanted", "restarts"),
    [
        (HAD, 0),
        (form(["red/other"], ["red/else"]), 0),
        (form(), 0),
        (form(["red/in", "blue/in"]), 1),
        (form(["red/in"], ["blue/out"]), 1),
        (form(["blue/in"], ["blue/out"]), 1),
        (form(["blue/a", "blue/b"]), 2),
        (form(["red/in", "red/b"], ["red/out"]), 1),
        (form(["red/in", "red/b", "red/c", "blue/in"]), 3),
        (form([f"b{number}/in" for number in range(11)]), 11),
        (form(["red/in"], ["red/out"], "red/in"), 0),
        (form(["red/in"], ["red/out"], "green/data"), 1),
        (form(["red/in"], [], "green/data", "minio.other"), 0),
    ],
)
def test_a_put_restarts_the_store_once_for_each_bucket_that_is_new_to_the_service(wanted, restarts):
    assert restarts_of_put(HAD, wanted) == restarts


def test_a_further_input_in_a_bucket_counts_as_new_each_time():
    """Recorded: 140, whose last update took 6.28 s."""
    two = form(["red/a", "red/b"])
    assert restarts_of_put(two, two) == 1


def test_a_bucket_that_is_mounted_alone_counts_as_new_each_time():
    mounted = form(mount="green/data")
    assert restarts_of_put(mounted, mounted) == 1


def test_the_timeout_of_a_put_grows_with_its_restarts_and_leaves_room():
    assert [write_timeout_s(number) for number in (0, 1, 2)] == [None] * 3
    for number in (3, 11, 40):
        assert (write_timeout_s(number) or 0) > 1.5 * number * RESTART_S
        assert effect_wait_s(number) > number * RESTART_S
