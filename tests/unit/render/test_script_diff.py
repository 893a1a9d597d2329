"""What of a script differs is told line by line, whatever its lines begin with."""

from hypothesis import given
from hypothesis import strategies as st

from oscar_sync.render.script_diff import script_diff

LINES = st.lists(st.sampled_from(["a", "b", "c", "-- d", "++ e", "@@ f", ""]), max_size=12)


def test_a_changed_line_goes_and_comes():
    assert script_diff("one\ntwo\nthree\n", "one\n2\nthree\n") == (1, 1, ["- two", "+ 2"])


def test_a_line_that_looks_like_the_head_of_a_diff_is_told():
    assert script_diff("-- drop\nkeep\n", "keep\n++ add\n") == (1, 1, ["- -- drop", "+ ++ add"])


def test_the_same_script_differs_in_nothing():
    assert script_diff("one\n", "one\n") == (0, 0, [])


def test_many_lines_are_cut_with_their_count():
    added, removed, shown = script_diff("", "".join(f"{line}\n" for line in range(50)))

    assert (added, removed, len(shown)) == (50, 0, 41)
    assert shown[-1] == "  … 10 more lines"


@given(old=LINES, new=LINES)
def test_what_goes_and_comes_turns_the_old_script_into_the_new_one(old, new):
    added, removed, shown = script_diff("\n".join(old), "\n".join(new))

    kept = list("\n".join(old).splitlines())
    for line in (text[2:] for text in shown if text.startswith("- ")):
        kept.remove(line)
    kept += [text[2:] for text in shown if text.startswith("+ ")]
    assert sorted(kept) == sorted("\n".join(new).splitlines())
    assert (removed, added) == (
        sum(text.startswith("- ") for text in shown),
        sum(text.startswith("+ ") for text in shown),
    )
