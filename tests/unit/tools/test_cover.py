"""What `make coverage` says of what was reached."""

from cover import ALL, Reached, page


def test_the_page_names_each_module_its_branches_and_what_is_lacking() -> None:
    """A reader sees which tests were run, and that not enough was reached."""
    told = page({"core/money.py": Reached(100.0, 99.5), ALL: Reached(96.25, 95.0)}, ["core/money.py: not whole"])
    assert "| core/money.py | 100.00 % | 99.50 % |" in told
    assert "| all | 96.25 % | 95.00 % |" in told
    assert ". core/money.py: not whole. Run were:" in told
    assert "- wire: `pytest tests/wire tests/contract`" in told


def test_a_module_without_branches_has_none_missing() -> None:
    """Else nothing of the kind could ever be whole."""
    summary = {"num_branches": 0, "covered_branches": 0, "percent_covered": 100.0}
    assert Reached.of(summary).is_at_least(100.0)
