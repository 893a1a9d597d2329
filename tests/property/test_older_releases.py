"""The laws about what is applied, kept and given back, on servers of older releases."""

import inspect
from fractions import Fraction

import pytest
from hypothesis import given

from tests.property import test_consent_laws, test_convergence, test_form_laws, test_laws
from tests.property.examples import Met, laws
from tests.property.world import running_world

RELEASES = ("3.6.5", "4.0")

LAWS = [
    test_convergence.test_after_an_apply_to_an_empty_cluster_the_next_plan_is_empty,
    test_convergence.test_after_an_apply_to_any_cluster_the_next_plan_is_empty,
    test_laws.test_neither_the_order_of_files_nor_of_keys_changes_the_digest,
    test_laws.test_exit_code_report_and_summary_agree,
    test_laws.test_a_service_goes_only_under_prune_and_its_data_stays,
    test_laws.test_what_is_removed_and_taken_up_again_has_its_data_and_fires,
    test_laws.test_what_is_adopted_needs_nothing_more,
    test_consent_laws.test_nothing_is_erased_but_what_somebody_wrote_down,
    test_consent_laws.test_a_narrowed_run_touches_what_it_was_narrowed_to_alone,
    test_consent_laws.test_the_plan_of_an_export_is_empty,
    test_consent_laws.test_another_writer_at_any_moment_stops_the_write_that_does_not_know_of_it,
    test_form_laws.test_neither_the_order_of_paths_nor_of_the_servers_lists_changes_a_byte,
]


@pytest.fixture(scope="module", params=RELEASES)
def _world(request):
    with running_world(oscar_version=request.param) as world:
        yield world


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__.removeprefix("test_"))
def test_a_law_holds_at_an_older_release(world, law):
    """Few examples, drawn as the law draws them."""
    held = law.hypothesis.inner_test
    # So few need not meet each premise.
    more = {"met": Met()} if "met" in inspect.signature(held).parameters else {}

    @laws(Fraction(3, 40))
    @given(**law.hypothesis._given_kwargs)
    def again(**drawn):
        held(world, **more, **drawn)

    again()
