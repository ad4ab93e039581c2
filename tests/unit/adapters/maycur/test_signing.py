"""The secret of a login."""

from paysync.adapters.maycur.signing import login_secret


def test_the_secret_is_the_published_test_vector() -> None:
    """Secret, code and time stamp joined by colons, SHA-256, lower-case hex (maycur-openapi.md 3)."""
    secret = login_secret("example-secret", "EXAMPLEAPP", 1_700_000_000_000)
    assert secret == "d64b82656e5c1f9516d3c8be3c9c8d244cd5945ae68a5e721f56875e7cc5d6d0"


def test_without_colons_it_would_be_another_one() -> None:
    """The parts cannot run into each other: moving a character from one to the next changes the secret."""
    assert login_secret("ab", "c", 1) != login_secret("a", "bc", 1)
