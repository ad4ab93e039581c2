"""What the store of known shapes promises: one run's knowledge is not overwritten by another's."""

from typing import TYPE_CHECKING

from paysync.core.shape import Field, Shape

if TYPE_CHECKING:
    from conformance.conftest import Bench

FIRST = Shape(3, {"id": Field(frozenset({"string"})), "备注": Field(frozenset(), optional=True)})
SECOND = Shape(20, {**FIRST.fields, "sum": Field(frozenset({"number", "string"}), optional=True)})
THIRD = Shape(20, {"id": Field(frozenset({"number"}))})


def test_a_shape_comes_back_as_it_was_kept(bench: "Bench") -> None:
    """Each scheme has its own."""
    shapes = bench.shapes()
    assert shapes.shape("one") is None
    assert shapes.keep("one", None, FIRST)
    assert shapes.keep("two", None, THIRD)
    assert (shapes.shape("one"), shapes.shape("two")) == (FIRST, THIRD)
    assert shapes.keep("one", FIRST, SECOND)
    assert shapes.shape("one") == SECOND


def test_of_two_runs_that_read_the_same_one_keeps_what_it_knows(bench: "Bench") -> None:
    """The other's knowledge is left; it will learn from what stands there."""
    run, other = bench.shapes(), bench.shapes()
    assert run.keep("one", None, FIRST)
    assert not other.keep("one", None, SECOND)
    assert run.keep("one", FIRST, SECOND)
    assert not other.keep("one", FIRST, THIRD)
    assert run.shape("one") == SECOND


def test_a_repeated_write_knows_its_own_work(bench: "Bench") -> None:
    """The answer was lost and the library asked again: it is kept, and said to be."""
    shapes = bench.shapes()
    bench.lose_the_next_answer()
    assert shapes.keep("one", None, FIRST)
    bench.lose_the_next_answer()
    assert shapes.keep("one", FIRST, SECOND)
    assert shapes.shape("one") == SECOND
