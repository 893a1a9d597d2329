"""What variables put into a text is shown as it is written: each place once (trust 4.1)."""

from oscar_sync.model.masks import Masked, Masks
from oscar_sync.semantics.echoes import as_written


def masks(**parts):
    return Masks(parts=tuple(Masked("image", text, f"${{{name}}}") for name, text in parts.items()))


def test_what_stands_for_a_value_is_not_masked_again():
    both = masks(OSCAR_PASSWORD="swordfish", NAME="OSCAR")
    assert as_written("swordfish at OSCAR", both) == "${OSCAR_PASSWORD} at ${NAME}"


def test_the_longest_value_is_masked_first_and_a_short_one_is_left():
    both = masks(LONG="abcdef", SHORT="abcd", TINY="abc")
    assert as_written("abcdef abcd abc", both) == "${LONG} ${SHORT} abc"


def test_a_value_is_masked_in_its_own_field_alone():
    one = masks(NAME="swordfish")
    assert one.shown("image", "x/swordfish:1") == "x/${NAME}:1"
    assert one.shown("memory", "swordfish") is None


def test_a_value_that_is_written_as_it_is_masks_nothing():
    assert Masks(parts=(Masked("image", "plain", "plain"),)).shown("image", "plain") is None


def test_what_is_written_as_it_is_hides_no_other_word_of_that_value():
    one = Masks(parts=(Masked("image", "plain", "plain"), Masked("image", "abcdef", "${LONG}")))
    assert as_written("plain cGxhaW4= abcdef", one) == "plain cGxhaW4= ${LONG}"


def test_a_value_is_not_in_what_a_log_shows_of_its_mask():
    assert "swordfish" not in repr(masks(NAME="swordfish"))
