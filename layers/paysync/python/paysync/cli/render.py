"""All that is printed: JSON for machines on stdout, tables and lines for people, questions and errors on stderr."""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from paysync.core.diagnosis import Diagnosis
from paysync.core.records import Entry, Row
from paysync.core.states import State
from paysync.core.times import SHANGHAI, Instant, iso

out: Final = Console(highlight=False, emoji=False)
err: Final = Console(stderr=True, highlight=False, emoji=False)

_SHOWN_DIGITS: Final = 4
LONG: Final = 6
"""From so many characters on, the last ones of something sensitive may be shown."""
_WHOLE: Final = frozenset({"payment", "state", "scheme", "bind"})
STYLES: Final[Mapping[State, str]] = {
    State.DONE: "green",
    State.REJECTED: "red",
    State.REVIEW: "yellow",
    State.IN_DOUBT: "magenta",
    State.CLOSED: "dim",
}


def as_json(document: object) -> None:
    """One JSON document on one line of stdout."""
    sys.stdout.write(json.dumps(document, ensure_ascii=False, default=str) + "\n")


def confirm(question: str, *, yes: bool) -> None:
    """Ask before something is written. Without a terminal to ask on, `--yes` is required."""
    if yes:
        return
    if not sys.stdin.isatty():
        err.print("nobody can be asked here: add --yes to go on without a question")
        raise typer.Exit(2)
    if not typer.confirm(question, err=True):
        raise typer.Exit(1)


def verbatim(text: object) -> str:
    """What others wrote, within a line of ours: the terminal library takes nothing in it for its own markup."""
    return escape(str(text))


def masked(secret: str) -> str:
    """Dots for all but the last digits of what a scheme calls sensitive."""
    return f"…{secret[-_SHOWN_DIGITS:]}" if len(secret) >= LONG else "…"


def local_time(at: Instant | None) -> str:
    """Shanghai time, to the second."""
    return at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S") if at else "–"


def span(seconds: float) -> str:
    """A duration as a person says it."""
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds / size:.1f} {unit}"
    return f"{seconds:.0f} s"


def state(value: State) -> str:
    """A state in its colour."""
    style = STYLES.get(value, "cyan")
    return f"[{style}]{value}[/{style}]"


def table(*columns: str, title: str = "") -> Table:
    """A plain table."""
    made = Table(title=title or None, title_justify="left", box=None, pad_edge=False, header_style="bold")
    for column in columns:
        made.add_column(column, overflow="fold", no_wrap=column in _WHOLE)  # a key that is cut cannot be copied
    return made


def problem(diagnosis: Diagnosis | None) -> str:
    """What happened, in both languages."""
    return verbatim(f"{diagnosis.problem('zh')}\n{diagnosis.problem('en')}") if diagnosis else ""


def diagnosis(diagnosis: Diagnosis) -> None:
    """All that is known of a trouble, for the person who must act."""
    out.print(f"[bold]{diagnosis.code}[/bold]  ({diagnosis.kind}, {diagnosis.who})")
    for label, text in (
        ("问题", diagnosis.problem("zh")),
        ("原因", diagnosis.cause("zh")),
        ("处理", diagnosis.solution("zh")),
        ("problem", diagnosis.problem("en")),
        ("cause", diagnosis.cause("en")),
        ("next", diagnosis.solution("en")),
    ):
        out.print(f"  [dim]{label:>7}[/dim]  {verbatim(text)}")
    if diagnosis.vendor:
        out.print(f"  [dim]{'vendor':>7}[/dim]  {verbatim(diagnosis.vendor)}")


def row_document(row: Row, history: Sequence[Entry] | None = None) -> dict[str, object]:
    """A row as ``--json`` shows it (docs/reference/json.md)."""
    facts = row.payment.facts
    document: dict[str, object] = {
        "key": row.key.code,
        "scheme": row.key.scheme,
        "state": str(row.state),
        "bill": {"id": row.bill.key.id, "number": row.bill.number, "form": row.bill.key.form} if row.bill else None,
        "source": facts.source.number if facts else None,
        "amount": format(facts.amount.value, "f") if facts else None,
        "currency": facts.amount.currency if facts else None,
        "paid_at": iso(facts.paid_at) if facts else None,
        "attempt": row.fence,
        "diagnosis": row.diagnosis.as_json() if row.diagnosis else None,
        "waits_for": row.waits_for.code if row.waits_for else None,
        "changed": row.other is not None,
        "owes_call_back": row.owes_call_back,
        "first_seen": iso(row.first_seen),
        "updated": iso(row.updated),
        "wake_at": iso(row.wake_at),
        "scheme_version": row.scheme_version,
        "code_version": row.code_version,
    }
    if history is not None:
        document["history"] = [entry_document(entry) for entry in history]
    return document


def entry_document(entry: Entry) -> dict[str, object]:
    """A line of history as ``--json`` shows it."""
    return {
        "at": iso(entry.at),
        "event": str(entry.event),
        "state": str(entry.state),
        "attempt": entry.fence,
        "actor": entry.actor,
        "bill": entry.bill or None,
        "note": entry.note or None,
        "diagnosis": entry.diagnosis.as_json() if entry.diagnosis else None,
    }


def rows_table(rows: Iterable[Row]) -> Table:
    """Rows as a list."""
    made = table("payment", "state", "document", "amount", "paid", "bill", "reason")
    for row in rows:
        facts = row.payment.facts
        made.add_row(
            verbatim(row.key.code),
            state(row.state),
            verbatim(facts.source.number) if facts else "–",
            str(facts.amount) if facts else "–",
            local_time(facts.paid_at if facts else None)[:10],
            verbatim(row.bill.number or f"draft {row.bill.key.id}") if row.bill else "",
            _reason(row),
        )
    return made


def _reason(row: Row) -> str:
    """The code of what it waits for, and the payment whose decision it waits for."""
    said = [str(row.diagnosis.code)] if row.diagnosis else []
    return verbatim(" ".join([*said, row.waits_for.code] if row.waits_for else said))


def life(row: Row, history: Sequence[Entry]) -> None:
    """One payment's life on a time line."""
    facts = row.payment.facts
    scheme = f"scheme {row.key.scheme} {row.scheme_version}"
    out.print(f"[bold]{verbatim(row.key.code)}[/bold]  {state(row.state)}  {scheme}")
    if facts:
        out.print(f"  document {facts.source.number}   {facts.amount}   paid {local_time(facts.paid_at)}", markup=False)
    if row.bill:
        out.print(f"  bill {row.bill.number or 'draft'} (id {row.bill.key.id})", markup=False)
    if row.waits_for:
        out.print(f"  waits until {row.waits_for.code}, which holds its document, is decided", markup=False)
    if row.owes_call_back:
        out.print(f"  its row for another scheme is still owed; next try {local_time(row.wake_at)}", markup=False)
    before: datetime | None = None
    for entry in history:
        after = f"+{span((entry.at - before).total_seconds())}" if before else ""
        before = entry.at
        why = f"  {entry.diagnosis.code}" if entry.diagnosis else ""
        note = f"  {entry.note}" if entry.note else ""
        bill = f"  bill {entry.bill}" if entry.bill else ""
        line = verbatim(f"{entry.actor} #{entry.fence}{bill}{why}{note}")
        out.print(f"  {local_time(entry.at)} {after:>9}  {state(entry.state)}  {entry.event}  [dim]{line}[/dim]")
    if row.diagnosis:
        diagnosis(row.diagnosis)


def progress_line(overview: Mapping[str, Any]) -> str:
    """The overview in one line: how many are settled, and what stands where."""
    states: Mapping[str, int] = overview["states"]
    total = sum(states.values())
    where = "  ".join(f"{name} {count}" for name, count in states.items() if count)
    return f"{total - overview['open']}/{total} settled  {where}  queue {overview['queue']}"
