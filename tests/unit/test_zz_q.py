import tests.unit.test_both_sides_in_trouble as t
from hypothesis import settings, Phase
from hypothesis.stateful import run_state_machine_as_test
def test_it():
    run_state_machine_as_test(t.Trouble, settings=settings(max_examples=150, stateful_step_count=40, deadline=None, report_multiple_bugs=False, phases=[Phase.generate, Phase.shrink]))
