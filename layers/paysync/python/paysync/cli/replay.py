"""`paysync replay`: one payment, several by filter, or all; a plan first, progress, and only confirmed sends count."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Annotated, Final

import typer
from rich.progress import Progress

from paysync.adapters.aws.queue import DeadLetter
from paysync.cli import render
from paysync.cli.look import select
from paysync.cli.stack import JsonOption, SchemeOption, Stack, StackOption, YesOption, stack_of
from paysync.core.keys import PaymentKey
from paysync.core.records import Message, Row
from paysync.core.replay import Action, Planned, ReplayPorts, Result, plan
from paysync.core.replay import replay as carry_out
from paysync.core.states import SETTLED, State
from paysync.core.times import iso

_SAYS: Final = {
    Action.REOPEN: "is opened again and sent to push",
    Action.WAKE: "is open: its message is sent again",
    Action.WAIT: "is in work or in its quiet period: goes on by itself",
    Action.REVIEW: "waits for a decision: see `paysync review list`",
    Action.ALREADY: "is settled: nothing to do",
    Action.UNREADABLE: "cannot be read: correct it in Maycur, the next fetch sees it, then replay",
    Action.UNKNOWN: "is not in the ledger: `paysync backfill` reads a range again",
}
_ROUNDS: Final = 200
_DEFAULT_STATES: Final = [State.REJECTED]


def replay(
    ctx: typer.Context,
    keys: Annotated[list[str] | None, typer.Argument(help="paymentBizCode of the payments.", metavar="KEY…")] = None,
    every: Annotated[bool, typer.Option("--all", help="All that --state and --code select.")] = False,
    state: Annotated[list[State] | None, typer.Option("--state", help="With --all: REJECTED if left out.")] = None,
    code: Annotated[str, typer.Option("--code", help="With --all: only with this diagnosis.")] = "",
    rate: Annotated[float, typer.Option("--rate", min=0.1, help="Payments per second.")] = 10.0,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print what would happen; send nothing.")] = False,
    yes: YesOption = False,
    stack: StackOption = "",
    scheme: SchemeOption = "",
    as_json: JsonOption = False,
) -> None:
    """Send payments through push again, after the cause of their rejection was mended.

    Safe at any time, any number of times, in any state: the ledger decides, and what is booked stays booked once.

    Example: paysync replay --all --code source.not_audited --dry-run
    """
    if bool(keys) == every:
        raise typer.BadParameter("name payments, or use --all with filters")
    chosen = stack_of(ctx, stack)
    operator = chosen.operator
    named = chosen.keys(keys, scheme) if keys else _selected(chosen, scheme, state or _DEFAULT_STATES, code)
    planned = plan(operator.ledger, named, operator.clock.now())
    if dry_run:
        _print_plan(planned, as_json=as_json)
        return
    due = [p for p in planned if p.action in {Action.REOPEN, Action.WAKE}]
    if due:
        render.confirm(f"Send {len(due)} of {len(planned)} payments through push again?", yes=yes)
    ports = ReplayPorts(operator.ledger, operator.outbox, operator.clock, chosen.who)
    results = _with_progress(ports, planned, timedelta(seconds=1 / rate), quiet=as_json)
    pruned = prune(chosen, {r.planned.key: r.planned.row.fence for r in results if r.sent and r.planned.row})
    _print_results(results, pruned, as_json=as_json)
    failed = [r for r in results if r.planned.action in {Action.REOPEN, Action.WAKE} and not r.sent]
    if failed or any(p.action is Action.UNKNOWN for p in planned):
        raise typer.Exit(1)


def _selected(stack: Stack, scheme: str, states: Sequence[State], code: str) -> list[PaymentKey]:
    names = [stack.scheme(scheme)] if scheme else list(stack.settings.schemes)
    rows = select(stack, names, states, None)
    return [row.key for row in rows if not code or (row.diagnosis and str(row.diagnosis.code) == code)]


def _with_progress(ports: ReplayPorts, planned: Sequence[Planned], pause: timedelta, *, quiet: bool) -> list[Result]:
    with Progress(console=render.err, disable=quiet or len(planned) < 2) as bar:  # noqa: PLR2004 - one needs no bar
        task = bar.add_task("replay", total=len(planned))
        results = []
        for result in carry_out(ports, planned, pause=pause if len(planned) > 1 else timedelta()):
            results.append(result)
            bar.advance(task)
    return results


def prune(stack: Stack, sent: Mapping[PaymentKey, int]) -> int:
    """Delete the dead letters of payments that were sent again or are settled (closed, too); every other letter stays.

    `sent`: the attempt at which each payment was sent again. A letter of a later attempt is news: it stays.
    """
    deleted = 0
    kept: dict[str, str] = {}
    try:
        for _ in range(_ROUNDS):
            received = {x.received.id: x for x in stack.dead_letters.receive()}
            letters = [x for id_, x in received.items() if id_ not in kept]
            kept |= {id_: x.received.receipt for id_, x in received.items()}
            if not letters:
                break
            done = _obsolete(stack, letters, sent)
            left = stack.dead_letters.delete([x.received.receipt for x in done])
            for letter in done:
                if letter.received.receipt not in left:
                    del kept[letter.received.id]
                    deleted += 1
    finally:  # only now: a letter that is seen again at once would hide those that lie behind it
        stack.dead_letters.release(list(kept.values()))
    return deleted


def _obsolete(stack: Stack, letters: Sequence[DeadLetter], sent: Mapping[PaymentKey, int]) -> list[DeadLetter]:
    rows = stack.operator.ledger.rows(x.received.message.key for x in letters if x.received.message)
    return [x for x in letters if x.received.message and _is_obsolete(x.received.message, rows, sent)]


def _is_obsolete(message: Message, rows: Mapping[PaymentKey, Row], sent: Mapping[PaymentKey, int]) -> bool:
    row = rows.get(message.key)
    if row is not None and row.state in SETTLED:
        return True
    return message.key in sent and (message.attempt is None or message.attempt <= sent[message.key])


def _print_plan(planned: Sequence[Planned], *, as_json: bool) -> None:
    if as_json:
        render.as_json({"dry_run": True, "payments": [_document(p) for p in planned]})
        return
    lines = render.table("payment", "state", "a replay would find that it …")
    for item in planned:
        stands = render.state(item.row.state) if item.row else "–"
        lines.add_row(render.verbatim(item.key.code), stands, _says(item))
    render.out.print(lines)


def _print_results(results: Sequence[Result], pruned: int, *, as_json: bool) -> None:
    if as_json:
        payments = [{**_document(r.planned), "sent": r.sent} for r in results]
        render.as_json({"dry_run": False, "payments": payments, "sent": sum(r.sent for r in results), "pruned": pruned})
        return
    for result in results:
        if not result.sent:
            render.out.print(f"{result.planned.key.code} {_says(result.planned)}", markup=False)
    render.out.print(f"{sum(r.sent for r in results)} of {len(results)} sent, {pruned} dead letters done with")


def _says(planned: Planned) -> str:
    until = f", not before {render.local_time(planned.until)}" if planned.until else ""
    return _SAYS[planned.action] + until


def _document(planned: Planned) -> dict[str, object]:
    return {
        "key": planned.key.code,
        "scheme": planned.key.scheme,
        "state": str(planned.row.state) if planned.row else None,
        "action": str(planned.action),
        "until": iso(planned.until) if planned.until else None,
    }
