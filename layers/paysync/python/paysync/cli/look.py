"""Looking: the overview and lists. Reads only the ledger and the queues' counts, never a vendor."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any, Final

import typer

from paysync.adapters.aws.queue import depth
from paysync.cli import changes, render
from paysync.cli.collections import collection_document, print_collections
from paysync.cli.stack import JsonOption, SchemeOption, Stack, StackOption, stack_of
from paysync.core.fetch import PAID
from paysync.core.keys import PaymentKey
from paysync.core.ports import Ledger
from paysync.core.records import Row
from paysync.core.standing import oldest_open
from paysync.core.states import OPEN, SETTLED, State
from paysync.core.times import NEVER, Instant, iso, local_date

_MOST: Final = 1_000
_DAYS: Final = 31


def status(ctx: typer.Context, stack: StackOption = "", scheme: SchemeOption = "", as_json: JsonOption = False) -> None:
    """The overview: how many payments stand where, what waits in the queues, how far fetch has read.

    Example: paysync status --stack paysync-prod
    """
    chosen = stack_of(ctx, stack)
    names = [chosen.scheme(scheme)] if scheme else list(chosen.settings.schemes)
    document = overview(chosen, names)
    if as_json:
        render.as_json(document)
    else:
        _print_overview(chosen, document)


def overview(stack: Stack, schemes: Sequence[str]) -> dict[str, object]:
    """The overview as ``--json`` shows it, over all of `schemes` and by each; reads a bounded number of items."""
    now = stack.operator.clock.now()
    found = [_of_scheme(stack.operator.ledger, name, now) for name in schemes]
    states = {str(state): sum(one.states[str(state)] for one in found) for state in State}
    read = [one.watermark for one in found if stack.is_fetched(one.name)]
    ats = [at for at in read if at]
    watermark = min(ats) if ats and len(ats) == len(read) else None
    oldest = oldest_open(stack.operator.ledger, schemes, now)
    sqs = stack.client("sqs")
    return {
        "stack": stack.name,
        "schemes": list(schemes),
        "states": states,
        "open": _open(states),
        "queue": depth(sqs, stack.settings.queue_url),
        "dlq": depth(sqs, stack.settings.dlq_url),
        **_reading(watermark, now),
        "oldest_open_seconds": round(oldest.total_seconds()) if oldest else None,
        "call_backs_owed": sum(one.call_backs_owed for one in found),
        "paused_until": next((iso(one.paused_until) for one in found if one.paused_until), None),
        "by_scheme": {one.name: one.document(now) for one in found},
        "collections": [collection_document(stack, name, now) for name in stack.settings.collections],
        "at": iso(now),
    }


@dataclass(frozen=True, slots=True)
class _Figures:
    """What the ledger counts of one scheme."""

    name: str
    states: Mapping[str, int]
    watermark: Instant | None
    call_backs_owed: int
    paused_until: Instant | None

    def document(self, now: Instant) -> dict[str, object]:
        return {
            "states": self.states,
            "open": _open(self.states),
            **_reading(self.watermark, now),
            "call_backs_owed": self.call_backs_owed,
            "paused_until": iso(self.paused_until) if self.paused_until else None,
        }


def _of_scheme(ledger: Ledger, name: str, now: Instant) -> _Figures:
    counted = ledger.counts(name).states
    mark, pause = ledger.watermark(name, PAID), ledger.pause(name)
    return _Figures(
        name,
        {str(state): counted.get(state, 0) for state in State},
        mark.at if mark else None,
        len(ledger.unsettled(name, State.DONE, due=NEVER, limit=_MOST, taken=True)),
        pause.until if pause and pause.until > now else None,
    )


def _open(states: Mapping[str, int]) -> int:
    return sum(states[str(state)] for state in OPEN)


def _reading(watermark: Instant | None, now: Instant) -> dict[str, object]:
    return {
        "watermark": iso(watermark) if watermark else None,
        "lag_seconds": round((now - watermark).total_seconds()) if watermark else None,
    }


def _print_overview(stack: Stack, document: dict[str, object]) -> None:
    states = document["states"]
    if not isinstance(states, dict):
        return
    by_scheme: Any = document["by_scheme"]
    apart = list(by_scheme.values()) if len(by_scheme) > 1 else []
    lines = render.table("state", "payments", *(by_scheme if apart else ()))
    for name, count in states.items():
        if count or name in {State.DONE, State.REJECTED, State.REVIEW}:
            lines.add_row(render.state(State(name)), str(count), *(str(one["states"][name]) for one in apart))
    if apart:
        lines.add_row("read up to", "", *(str(one["watermark"] or "-") for one in apart))
    lag, oldest = document["lag_seconds"], document["oldest_open_seconds"]
    render.out.print(f"[bold]{render.verbatim(document['stack'])}[/bold]  {', '.join(map(str, document['schemes']))}")  # type: ignore[call-overload]  # a list of names
    render.out.print(lines)
    owed = f"   call-backs owed {document['call_backs_owed']}" if document["call_backs_owed"] else ""
    render.out.print(f"queue {document['queue']}   dead letters {document['dlq']}   open {document['open']}{owed}")
    read = (
        f"read up to {document['watermark']} ({render.span(float(str(lag)))} ago)"
        if lag is not None
        else "nothing read yet"
    )
    waits = f"   oldest open {render.span(float(str(oldest)))}" if oldest is not None else ""
    render.out.print(read + waits)
    print_collections(document["collections"])
    for name, one in by_scheme.items():
        if one["paused_until"]:
            refused = f"{stack.target_of(name)} refuses the credentials of {render.verbatim(name)}"
            render.out.print(
                f"[red]paused until {one['paused_until']}[/red]: {refused}; see `paysync list --state NEW`"
            )


def list_(
    ctx: typer.Context,
    state: Annotated[
        list[State] | None, typer.Option("--state", help="Only these; may be given several times.")
    ] = None,
    day_from: Annotated[str, typer.Option("--from", help="First paid day (YYYY-MM-DD, Shanghai).")] = "",
    day_to: Annotated[str, typer.Option("--to", help="Last paid day; today if left out.")] = "",
    code: Annotated[str, typer.Option("--code", help="Only with this diagnosis, such as source.not_audited.")] = "",
    changed: Annotated[
        bool, typer.Option("--changed", help="Only ones that Maycur shows with other content than the ledger has.")
    ] = False,
    owed: Annotated[
        bool, typer.Option("--owed", help="Only booked ones whose row for another scheme is still owed.")
    ] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most so many.")] = 100,
    stack: StackOption = "",
    scheme: SchemeOption = "",
    as_json: JsonOption = False,
) -> None:
    """Payments by state, day and reason.

    Without --from, DONE and CLOSED are listed for the last 31 days; every other state is listed whole. --changed and
    --code choose among these.

    Example: paysync list --state REJECTED --state REVIEW
    """
    chosen = stack_of(ctx, stack)
    names = [chosen.scheme(scheme)] if scheme else list(chosen.settings.schemes)
    rows = []
    between = days(chosen, day_from, day_to)
    for row in owing(chosen, names) if owed else select(chosen, names, state or list(State), between):
        if _is_wanted(row, code, changed=changed):
            rows.append(row)
        if len(rows) == limit:
            break
    if as_json:
        render.as_json([changes.documented(chosen, row) for row in rows])
        return
    render.out.print(render.rows_table(rows))
    render.out.print(f"{len(rows)} payments" + (" (there may be more: --limit)" if len(rows) == limit else ""))


def _is_wanted(row: Row, code: str, *, changed: bool) -> bool:
    return (not code or (row.diagnosis is not None and str(row.diagnosis.code) == code)) and (
        not changed or row.other is not None
    )


def days(stack: Stack, first: str, last: str) -> tuple[date, date] | None:
    """The paid days that were asked for; None when the question names none."""
    if not first and not last:
        return None
    today = local_date(stack.operator.clock.now())
    between = _day(first) if first else today - timedelta(days=_DAYS), _day(last) if last else today
    if between[0] > between[1]:
        raise typer.BadParameter(f"{between[0]} is after {between[1]}")
    return between


def select(
    stack: Stack, schemes: Sequence[str], states: Sequence[State], between: tuple[date, date] | None
) -> Iterator[Row]:
    """Rows by state: unsettled ones from their index, settled ones by paid day."""
    today = local_date(stack.operator.clock.now())
    by_day = between or (today - timedelta(days=_DAYS), today)
    for name in schemes:
        unsettled = [] if between else [s for s in states if s not in SETTLED]
        settled = states if between else [s for s in states if s in SETTLED]
        for state in unsettled:
            yield from _unsettled(stack, name, state)
        if settled:
            yield from _by_day(stack, name, frozenset(settled), by_day)


def owing(stack: Stack, schemes: Sequence[str]) -> Iterator[Row]:
    """Booked rows that owe a call-back, whenever they were paid."""
    for name in schemes:
        yield from (row for row in _unsettled(stack, name, State.DONE) if row.owes_call_back)


def _unsettled(stack: Stack, scheme: str, state: State) -> Iterator[Row]:
    for taken in (True, False):
        keys = stack.operator.ledger.unsettled(scheme, state, due=NEVER, limit=_MOST, taken=taken)
        yield from _still(stack, keys, frozenset({state}))


def _by_day(stack: Stack, scheme: str, states: frozenset[State], between: tuple[date, date]) -> Iterator[Row]:
    day, last = between
    while day <= last:
        yield from _still(stack, list(stack.operator.ledger.paid_on(scheme, day)), states)
        day += timedelta(days=1)


def _still(stack: Stack, keys: Sequence[PaymentKey], states: frozenset[State]) -> Iterator[Row]:
    rows = stack.operator.ledger.rows(keys)
    yield from (rows[key] for key in keys if key in rows and rows[key].state in states)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a day: write it as 2025-01-31") from None
