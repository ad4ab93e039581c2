"""The session: what an answer set, in order, and the two headers that carry it back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paysync.adapters.k3cloud.sessions import Session


def test_nothing_is_sent_before_a_cookie_was_set() -> None:
    """The first request goes by its signatures alone."""
    session = Session()
    assert (session.headers(), session.in_use) == ({}, False)


def test_cookies_come_back_in_order_behind_the_theme() -> None:
    """Without blanks and without their attributes; later ones take the place of earlier ones."""
    session = Session()
    session.keep(["kdservice-sessionid=a; path=/; HttpOnly", "ASP.NET_SessionId=b"])
    assert session.headers() == {
        "kdservice-sessionid": "a",
        "Cookie": "Theme=standard;kdservice-sessionid=a;ASP.NET_SessionId=b",
    }
    session.keep(["route=c; expires=Wed, 21 Oct 2026 07:28:00 GMT"])
    assert session.headers() == {"kdservice-sessionid": "a", "Cookie": "Theme=standard;route=c"}
    assert session.in_use


def test_a_session_is_in_use_by_any_cookie() -> None:
    """A refusal may then be the session's fault, also where the id itself has another name."""
    session = Session()
    session.keep(["ASP.NET_SessionId=b"])
    assert session.in_use


def test_a_dropped_session_leaves_nothing() -> None:
    """The next request goes without."""
    session = Session()
    session.keep(["kdservice-sessionid=a"])
    session.drop()
    assert (session.headers(), session.in_use) == ({}, False)


def test_a_client_that_keeps_none_keeps_none() -> None:
    """For tenants with several nodes."""
    session = Session(keeps=False)
    session.keep(["kdservice-sessionid=a"])
    assert (session.headers(), session.in_use) == ({}, False)


@pytest.mark.parametrize("line", ["", "x", "=a", "a b=c", "a=b c", 'a="b', "a=b\r\nX: y"])
def test_what_is_no_cookie_is_left_out(line: str) -> None:
    """It neither opens a session nor ends one."""
    session = Session()
    session.keep(["kdservice-sessionid=a"])
    session.keep([line])
    assert session.headers() == {"kdservice-sessionid": "a", "Cookie": "Theme=standard;kdservice-sessionid=a"}


@given(st.lists(st.text(max_size=20), max_size=4))
def test_no_answer_can_break_a_header(lines: list[str]) -> None:
    """What is sent back is printable ASCII in one line, whatever was set."""
    session = Session()
    session.keep(["kdservice-sessionid=a", *lines])
    assert all(value.isascii() and value.isprintable() for value in session.headers().values())
