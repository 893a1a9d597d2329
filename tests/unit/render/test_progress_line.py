import pytest

from oscar_sync.render.progress_line import Moment, Pace, ProgressState, bar, sentence

HALF = ProgressState(1_204, 2_000, 320_000_000, 640_000_000, 48_000_000.0)


def test_a_bar_shows_steps_bytes_rate_and_time_left():
    assert bar(HALF, "edge/a upload b/c", 120) == (
        "[############------------]  1,204/2,000   320 MB of 640 MB    48 MB/s      7 s left"
        "  edge/a upload b/c"
    )


def test_the_columns_stand_still_while_the_figures_grow():
    early = bar(ProgressState(3, 2_000, 1_200, 640_000_000), "x", 120)
    late = bar(ProgressState(1_999, 2_000, 639_900_000, 640_000_000, 1_234_567.0), "x", 120)
    assert len(early) == len(late) == len(bar(HALF, "x", 120))
    assert early.index("/") == late.index("/")


@pytest.mark.parametrize("columns", [20, 79, 80, 99, 100, 300])
def test_a_bar_is_never_wider_than_the_terminal(columns):
    assert len(bar(HALF, "word " * 100, columns)) <= columns


def test_eighty_columns_hold_the_time_left():
    assert "7 s left" in bar(HALF, "", 79)


def test_a_bar_without_bytes_counts_steps():
    assert bar(ProgressState(5, 10), "edge/a put a", 120) == (
        "[############------------]   5/10  edge/a put a"
    )


def test_what_comes_from_outside_steers_no_terminal():
    assert "\x1b" not in bar(HALF, "a\x1b[2Jb", 200)


def test_a_bar_is_full_only_at_the_end():
    almost = ProgressState(9, 10, 999_999, 1_000_000)
    assert bar(almost, "", 120).count("#") == 23
    assert bar(ProgressState(10, 10, 1_000_000, 1_000_000), "", 120).count("#") == 24


def test_a_log_says_it_in_words():
    assert sentence(HALF) == "1,204 of 2,000 files, 320 MB of 640 MB, 48 MB/s, 7 s left"
    assert sentence(ProgressState(1, 1, 5, 5)) == "1 of 1 file, 5 B of 5 B"


def paced(*moments):
    pace = Pace(0)
    for at, sent in moments:
        pace.note(Moment(at, sent))
    return pace


def test_the_rate_is_that_of_the_last_ten_seconds():
    slow = [(at, at * 10) for at in range(1, 100)]
    fast = [(100 + at, 990 + at * 1_000) for at in range(20)]
    assert paced(*slow, *fast).bytes_per_s() == 1_000


def test_no_rate_is_told_before_a_second_is_over():
    assert paced((0.5, 10_000)).bytes_per_s() == 0
    assert ProgressState(1, 2, 5, 10, 0).seconds_left is None


def test_a_slow_line_has_a_rate_too():
    assert paced((80, 8_000), (160, 16_000)).bytes_per_s() == 100


def test_a_hundred_thousand_moments_are_not_kept():
    pace = paced(*((at / 10_000, at) for at in range(100_000)))
    assert pace.bytes_per_s() == pytest.approx(10_000, rel=0.02)
    assert len(pace._moments) < 200
