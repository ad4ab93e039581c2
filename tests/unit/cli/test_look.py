"""Looking: what machines read is what docs/reference/json.md promises; what people read is told in both languages."""

from __future__ import annotations

import logging
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from fakes import builders as b
from fakes.system import START
from paysync.cli import render
from paysync.cli.stack import Stack
from paysync.core.codes import Code
from paysync.core.diagnosis import Diagnosis
from paysync.core.fetch import PAID
from paysync.core.records import Pause, Watermark
from paysync.core.states import Event, State

if TYPE_CHECKING:
    from unit.cli.conftest import Run, Stand

PAGE: Final = (Path(__file__).parents[3] / "docs" / "reference" / "json.md").read_text(encoding="utf-8")
BRACKETS: Final = "[/red] [bold] [[x]] 【付款】"
"""What a terminal library would take for its own markup."""


def promised(heading: str) -> set[str]:
    """The fields of a table of the page, by the command in its heading."""
    section = next(part for part in PAGE.split("\n## ") if part.startswith(heading))
    first_cells = re.findall(r"^\| ((?:`\w+`(?:, )?)+) \|", section, re.MULTILINE)
    return set(re.findall(r"\w+", " ".join(first_cells)))


def test_status_of_an_empty_stack_has_every_promised_field(stand: Stand, run: Run) -> None:
    """All ten states with zeros; what is not known yet is null, not left out."""
    (status,) = run("status", "--json").documents
    assert status.keys() == promised("`paysync status")
    assert status["states"] == dict.fromkeys(map(str, State), 0)
    assert (status["watermark"], status["lag_seconds"], status["oldest_open_seconds"]) == (None, None, None)
    assert (status["open"], status["queue"], status["dlq"], status["paused_until"]) == (0, 0, 0, None)
    assert "nothing read yet" in run("status").out
    assert stand.functions.invoked == []


def test_status_counts_what_is_there(stand: Stand, run: Run) -> None:
    """Open ones, letters, the watermark and its lag, and since when the oldest is open."""
    stand.seen("PAY-1")
    stand.rejected("PAY-2")
    stand.ledger.advance(None, Watermark(b.SCHEME, PAID, START, 1))
    (status,) = run("status", "--json").documents
    assert {name: n for name, n in status["states"].items() if n} == {"NEW": 1, "REJECTED": 1}
    assert (status["open"], status["dlq"], status["watermark"]) == (1, 1, "2025-03-03T01:00:00.000Z")
    assert 0 < status["oldest_open_seconds"] == pytest.approx(status["lag_seconds"], abs=2)


def test_status_says_until_when_consumption_stands_still(stand: Stand, run: Run) -> None:
    """An operator must see at once that it is the credentials."""
    until = START + timedelta(days=36_500)
    stand.ledger.set_pause(b.SCHEME, Pause(until, 1, Diagnosis.of(Code.ERP_CREDENTIALS)))
    assert run("status", "--json").documents[0]["paused_until"].startswith("21")
    assert f"K3Cloud refuses the credentials of {b.SCHEME}" in run("status").out


def test_a_pause_names_the_system_that_refuses(stand: Stand, run: Run) -> None:
    """Of the scheme that stands still, and of no other: nobody mends K3Cloud's secret for Maycur's sake."""
    back = "payment-result-to-maycur"
    stand.environment["SCHEME"] = f"{b.SCHEME},{back}"
    stand.environment["SCHEME_PARAMETERS"] = f"strategy_id={back},endpoint=/api/openapi/result"
    pause = Pause(START + timedelta(days=36_500), 1, Diagnosis.of(Code.MAYCUR_LOGIN))
    stand.ledger.set_pause(back, pause)
    told = run("status").out
    assert (f"Maycur refuses the credentials of {back}" in told, told.count("paused until")) == (True, 1)


def test_show_has_every_promised_field(stand: Stand, run: Run) -> None:
    """Of the row, of its diagnosis in both languages, of each line of history; of an unknown key the same names."""
    stand.rejected()
    known, unknown = run("show", "PAY-1", "NOBODY", "--json").documents
    assert known.keys() == promised("`paysync show")
    assert known["diagnosis"].keys() == {
        *("code", "class", "who", "link", "details", "problem", "cause", "solution"),
    }
    assert known["diagnosis"]["problem"].keys() == {"en", "zh"}
    assert all(
        line.keys() == {"at", "event", "state", "attempt", "actor", "note", "bill", "diagnosis"}
        for line in known["history"]
    )
    assert (known["amount"], known["paid_at"]) == ("1234.50", "2025-03-03T01:00:00.000Z")
    assert (unknown["key"], unknown["state"], unknown["bill"], unknown["history"]) == ("NOBODY", None, None, [])


def test_lists_have_the_same_fields_without_the_life(stand: Stand, run: Run) -> None:
    """`list` and `review list` alike."""
    stand.parked()
    fields = promised("`paysync show") - {"history"}
    for words in (("list",), ("review", "list")):
        ((row,),) = run(*words, "--json").documents
        assert row.keys() == fields


def test_why_a_payment_is_refused_is_told_in_both_languages(stand: Stand, run: Run) -> None:
    """What happened, why, and what to do next."""
    stand.rejected()
    told = run("show", "PAY-1").out
    for word in ("FKSQ-1 is not audited", "未审核", "Audit it in K3Cloud", "审核", "paysync replay KEY"):
        assert word in told
    stand.parked("PAY-2")
    assert "付款申请单" in run("review", "list").out


def test_what_others_wrote_is_printed_as_they_wrote_it(stand: Stand, run: Run) -> None:
    """A vendor's words, a person's reason, a document's number: none of it is taken for markup, none of it vanishes."""
    refused = stand.rejected(BRACKETS, Diagnosis.of(Code.ERP_REFUSED, vendor=BRACKETS, number=BRACKETS))
    noted = b.change(refused, Event.NOTED, fence=refused.fence)
    stand.ledger.note(noted.after.key, b.entry(noted.after, Event.NOTED, note=BRACKETS))
    told = run("show", BRACKETS).out
    assert told.count(BRACKETS) >= 3
    assert BRACKETS in run("list").out
    assert BRACKETS in run("replay", BRACKETS, "--dry-run").out
    stand.parked(f"{BRACKETS}2", Diagnosis.of(Code.ERP_REFUSED, vendor=BRACKETS))
    assert f"{BRACKETS}2" in run("review", "list").out
    assert f"{BRACKETS}9" in run("show", f"{BRACKETS}9").out
    assert f"{BRACKETS}9" in run("review", "close", f"{BRACKETS}9", "--reason", "r", "--yes").err


def test_a_key_is_never_cut(stand: Stand, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """However narrow the terminal: it is what one copies into the next command."""
    key = "PT2501310000017"
    stand.rejected(key)
    monkeypatch.setattr(render.out, "width", 50)
    assert key in run("list").out
    assert key in run("replay", key, "--dry-run").out


def test_an_unknown_key_is_told_with_what_it_may_be(stand: Stand, run: Run) -> None:
    """Whoever knows how far was read does not book by hand what comes with the next run; in both languages."""
    told = run("show", "NOBODY").out
    assert "not in the ledger of test. Not paid yet, paid before FetchSince" in told
    stand.ledger.advance(None, Watermark(b.SCHEME, PAID, START, 1))
    told = run("show", "NOBODY").out
    for said in ("of test, which has read up to 2025-03-03 09:00:00", "not a paymentBizCode", "left out by the scheme"):
        assert said in told
    assert "Not paid yet, paid later than that, paid before FetchSince" in told
    for said in ("台账（堆栈 test）", "已取数至 2025-03-03 09:00:00", "付款申请单号不行", "早于 FetchSince"):
        assert said in told


def test_how_far_was_read_is_that_of_the_scheme_furthest_behind(two_schemes: Stand, run: Run) -> None:
    """A scheme whose rows are handed over has nothing to read, and says nothing of it."""
    two_schemes.ledger.advance(None, Watermark(b.SCHEME, PAID, START, 1))
    assert "read up to 2025-03-03 09:00:00" in run("show", "NOBODY").out
    assert "read up to" not in run("show", "NOBODY", "--scheme", "handed-on").out


def test_where_a_scheme_has_read_nothing_yet_nobody_says_how_far_was_read(stand: Stand, run: Run) -> None:
    """It may be just that scheme's payment."""
    form = "reimbursement-to-paybill"
    stand.environment["SCHEME"] = f"{b.SCHEME},{form}"
    stand.environment["SCHEME_PARAMETERS"] = f"bill_type=B,purpose=P,{form}.since=2026-01-01"
    stand.ledger.advance(None, Watermark(b.SCHEME, PAID, START, 1))
    assert "read up to" not in run("show", "NOBODY").out
    stand.ledger.advance(None, Watermark(form, PAID, START + timedelta(days=1), 1))
    assert "read up to 2025-03-03 09:00:00" in run("show", "NOBODY").out


@pytest.mark.usefixtures("stand")
@pytest.mark.parametrize(
    "words",
    [
        ("list", "--from", "yesterday"),
        ("list", "--to", "2025-02-30"),
        ("list", "--from", "2025-02-02", "--to", "2025-02-01"),
        ("list", "--limit", "0"),
        ("list", "--state", "PAID"),
        ("show",),
        ("doctor", "--from", "2025-01-01"),
        ("doctor", "--paging", "--from", "yesterday", "--to", "today"),
        ("no-such-command",),
    ],
)
def test_wrong_usage_is_2(run: Run, words: tuple[str, ...]) -> None:
    """And never a stack trace."""
    answer = run(*words)
    assert answer.code == 2
    assert "Traceback" not in answer.err


@pytest.mark.usefixtures("stand")
def test_what_happens_on_the_way_is_not_told_on_stdout() -> None:
    """A function logs each login and each page there; a command's stdout is its answer, for a machine too."""
    script = "from paysync.adapters.aws.journal import PowertoolsJournal as J, quiet_logger as q; J(q()).tell('page 1')"
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert (told.stdout, told.stderr) == ("", "")
    assert Stack("test").operator._ground.journal.logger.log_level == logging.WARNING
