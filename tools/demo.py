"""`make demo`: the whole path on this machine. Every line it prints comes from the running system.

Two simulators with some hundred payments, a local AWS with the real template on it, fetch → push until nothing is open;
then the causes are mended, what was rejected is replayed, and the three books are compared to the cent.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

sys.path[:0] = [str(Path(__file__).parents[1] / "tests"), str(Path(__file__).parent)]

import demo_data
from demo_data import Books

from paysync import local
from paysync.cli import render
from paysync.cli.local_run import run
from paysync.cli.look import overview, select
from paysync.cli.replay import prune
from paysync.cli.runs import invoke
from paysync.cli.stack import LOCAL, Stack
from paysync.core.codes import Code
from paysync.core.outcomes import Done
from paysync.core.replay import ReplayPorts, plan
from paysync.core.replay import replay as carry_out
from paysync.core.review import Decided, Look, ReviewPorts, confirm_none, look
from paysync.core.states import State
from paysync.core.times import iso
from simulators.common.running import RunningSimulator

if TYPE_CHECKING:
    from collections.abc import Mapping

say = render.out.print
_PATIENCE = timedelta(minutes=10)


def main() -> int:
    """The demo; 0 only if the books agree."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--keep", action="store_true", help="leave the local stack and the simulators' data up at the end"
    )
    arguments = parser.parse_args()
    if local.current():
        render.err.print("a local stack is running already: `paysync local down` ends it, then run the demo again")
        return 1
    with ExitStack() as until_the_end:
        maycur = until_the_end.enter_context(RunningSimulator.in_process("maycur"))
        k3cloud = until_the_end.enter_context(RunningSimulator.in_process("k3cloud"))
        if not arguments.keep:
            until_the_end.callback(local.down)
        return _demo(maycur, k3cloud)


def _demo(maycur: RunningSimulator, k3cloud: RunningSimulator) -> int:
    books = demo_data.books()
    _heading("1  两套账 · the two vendors' books")
    load(maycur, k3cloud, books)
    say(
        f"Maycur (每刻): {books.paid} paid transactions; K3Cloud (金蝶): {len(books.applications)} payment applications"
    )
    _heading("2  部署 · sam build, sam deploy onto a local AWS")
    _up(maycur, k3cloud)
    stack = Stack(LOCAL)
    _heading("3  运行 · fetch → ledger → queue → push")
    _work(stack, k3cloud)
    _overview(stack)
    _reasons(stack)
    _heading("4  处理后重放 · the causes are mended, then replay and review")
    _mend(maycur, k3cloud, books)
    _replay(stack)
    _decide(stack, books)
    _work(stack, k3cloud)
    _overview(stack)
    _heading("5  对账 · Maycur ↔ ledger ↔ K3Cloud, to the cent")
    return _compare(stack, maycur, k3cloud)


def load(maycur: RunningSimulator, k3cloud: RunningSimulator, books: Books) -> None:
    """Fill both simulators, and arrange for one lost answer, one late commit and one throttled call."""
    maycur.load(credentials=demo_data.MAYCUR_SECRET, payments=books.payments)
    k3cloud.load(
        credentials={
            name: str(demo_data.K3CLOUD_SECRET[name]) for name in ("acct_id", "user_name", "app_id", "app_secret")
        },
        rules=[{"id": demo_data.RULE}],
        organisations=[{"number": "100", "name": "示例集团"}, {"number": "200", "name": "示例贸易"}],
        bank_accounts=[
            {"number": demo_data.ACCOUNT, "name": "基本户", "use_org": "100"},
            {"number": demo_data.OTHER_ACCOUNT, "name": "一般户", "use_org": "200"},
            {"number": demo_data.AMBIGUOUS, "name": "共用户", "use_org": "100"},
            {"number": demo_data.AMBIGUOUS, "name": "共用户", "use_org": "200"},
        ],
        applications=books.applications,
        closed_period_until=books.closed_until,
    )
    k3cloud.faults(
        {"kind": "reset_after", "operation": "Push", "nth": 7},
        {"kind": "late_commit", "operation": "Push", "nth": 19, "seconds": 2},
        {"kind": "msgcode", "operation": "Push", "nth": 31, "msg_code": 13},
    )
    maycur.faults({"kind": "throttle", "operation": "paid_list", "nth": 3, "seconds": 1})


def _up(maycur: RunningSimulator, k3cloud: RunningSimulator) -> None:
    since = datetime.now(UTC) - timedelta(days=demo_data.DAYS + 1)
    with tempfile.TemporaryDirectory() as folder, render.out.status("…") as status:

        def tell(step: str) -> None:
            say(f"  {step}")
            status.update(step)

        files = [Path(folder, name) for name in ("maycur.json", "k3cloud.json")]
        for file, secret in zip(files, (demo_data.MAYCUR_SECRET, demo_data.K3CLOUD_SECRET), strict=True):
            file.touch(mode=0o600)
            file.write_text(json.dumps(secret), encoding="utf-8")
        local.up(
            maycur.url,
            f"{k3cloud.url}/K3Cloud/",
            files[0],
            files[1],
            overrides={
                "RuleId": demo_data.RULE,
                "FetchSince": iso(since),
                "QuietPeriodSeconds": "4",
                "MaycurRequestsPerSecond": "50",
            },
            progress=tell,
        )
    outputs = Stack(LOCAL).outputs
    say(f"stack outputs: {', '.join(sorted(outputs))}")


def _work(stack: Stack, k3cloud: RunningSimulator) -> None:
    """Fetch and push until nothing is open, with what the ledger says as the progress."""
    columns = (TextColumn("{task.description:>10}"), BarColumn(), TextColumn("{task.completed}/{task.total} settled"))
    with Progress(*columns, TextColumn("{task.fields[said]}"), TimeElapsedColumn(), console=render.out) as bar:
        task = bar.add_task("payments", total=None, said="")

        def tick(now: Mapping[str, Any]) -> None:
            states = now["states"]
            total = sum(states.values())
            said = "  ".join(f"{name} {n}" for name, n in states.items() if n)
            bar.update(task, total=total, completed=total - now["open"], said=said)

        ended = run(stack, until_idle=True, timeout=_PATIENCE, on_tick=tick)
        tick(ended.overview)
    calls = k3cloud.calls()["counts"]
    say(f"  calls to K3Cloud so far: {', '.join(f'{name} {n}' for name, n in sorted(calls.items()))}")
    if not ended.idle:
        raise SystemExit(f"the run did not end: {ended.reason}")


def _overview(stack: Stack) -> None:
    document = overview(stack, list(stack.settings.schemes))
    lines = render.table("state", "payments")
    for name, count in document["states"].items():  # type: ignore[attr-defined]  # the overview's own shape
        if count:
            lines.add_row(render.state(State(name)), str(count))
    say(lines)
    say(f"queue {document['queue']}   dead letters {document['dlq']}   fetch has read up to {document['watermark']}")


def _reasons(stack: Stack) -> None:
    """Why not everything is booked, as an operator reads it."""
    rows = list(select(stack, stack.settings.schemes, [State.REJECTED, State.REVIEW], None))
    lines = render.table("payment", "state", "why")
    for row in rows:
        if row.diagnosis:
            lines.add_row(
                row.key.code,
                render.state(row.state),
                f"{row.diagnosis.problem('zh')}\n[dim]{row.diagnosis.problem('en')}[/dim]",
            )
    say(lines)


def _mend(maycur: RunningSimulator, k3cloud: RunningSimulator, books: Books) -> None:
    for number in books.unaudited:
        k3cloud.post(f"applications/{number}", {"status": "C"})
    k3cloud.load(applications=books.missing, closed_period_until=None)
    done = f"{len(books.unaudited)} applications audited, {len(books.missing)} entered"
    say(f"in K3Cloud: {done}, the closed period reopened")
    maycur.load(payments=books.late)
    say(f"in Maycur: {len(books.late)} payments show up late, with a paid time that fetch has read past")


def _replay(stack: Stack) -> None:
    operator = stack.operator
    keys = [row.key for row in select(stack, stack.settings.schemes, [State.REJECTED], None)]
    ports = ReplayPorts(operator.ledger, operator.outbox, operator.clock, stack.who)
    results = list(carry_out(ports, plan(operator.ledger, keys, operator.clock.now()), pause=timedelta()))
    pruned = prune(stack, {r.planned.key: r.planned.row.fence for r in results if r.sent and r.planned.row})
    sent = f"{sum(r.sent for r in results)} of {len(results)} sent again"
    say(f"paysync replay --all: {sent}, {pruned} dead letters are done with")


def _decide(stack: Stack, books: Books) -> None:
    """What was held for the closed period: K3Cloud shows no bill, so a person lets it be pushed again."""
    operator = stack.operator
    for row in select(stack, stack.settings.schemes, [State.REVIEW], None):
        held = row.diagnosis is not None and row.diagnosis.code is Code.ERP_PERIOD_CLOSED
        if row.key.code not in books.held and not held:
            continue
        name = row.key.scheme
        ports = ReviewPorts(
            operator.scheme(name),
            operator.ledger,
            operator.target(name),
            operator.outbox,
            operator.clock,
            stack.who,
        )
        seen = look(ports, row)
        if isinstance(seen, Done):
            _decided(ports, seen.value)


def _decided(ports: ReviewPorts, seen: Look) -> None:
    from paysync.core.review import adopt

    row = seen.row
    if row.bill:
        decision, words = (
            adopt(ports, seen, row.bill.key.id, "period reopened"),
            f"adopt {row.bill.number or row.bill.key.id}",
        )
    else:
        decision, words = confirm_none(ports, seen, "period reopened"), "confirm-none"
    say(f"paysync review {words} for {row.key.code}: {'decided' if isinstance(decision, Decided) else decision.reason}")


def _compare(stack: Stack, maycur: RunningSimulator, k3cloud: RunningSimulator) -> int:
    """The simulators' own books against the ledger, and reconcile's view of the same."""
    paid = {row["paymentBizCode"]: row for row in maycur.books()["payments"]}
    keys = stack.keys(sorted(paid), "")
    rows = stack.operator.ledger.rows(keys)
    claimed = {row.bill.key.id: row.key.code for row in rows.values() if row.bill}
    bills: dict[str, list[dict[str, Any]]] = {}
    for bill in k3cloud.books()["bills"]:
        if not bill["voided"]:  # one that is parked before it was saved carries no reference yet, but has its owner
            code = bill["third_bill_no"] or claimed.get(str(bill["id"]), "")
            bills.setdefault(code, []).append(bill)
    lost = [key.code for key in keys if key not in rows]
    doubled = [code for code, found in bills.items() if len(found) > 1 or code not in paid]
    wrong = [
        row.key.code
        for row in rows.values()
        if row.state is State.DONE
        and [Decimal(bill["amount"]) for bill in bills.get(row.key.code, ())]
        != [row.payment.facts.amount.value if row.payment.facts else None]
    ]
    orphans = [
        c
        for c in bills
        if (r := next((rows[k] for k in keys if k.code == c and k in rows), None)) is None or r.bill is None
    ]
    done = sum(row.state is State.DONE for row in rows.values())
    since, until = min(int(r["auditTimeStamp"]) for r in paid.values()), stack.operator.clock.now()
    between = {"from": iso(datetime.fromtimestamp(since / 1000, UTC)), "to": iso(until)}
    (report,) = invoke(stack, "ReconcileFunction", between).values()
    lines = render.table("book", "payments", "sum")
    lines.add_row("Maycur, paid", str(report["source_count"]), report["source_sum"])
    lines.add_row("ledger, booked", str(report["booked_count"]), report["booked_sum"])
    lines.add_row("K3Cloud, bills", str(report["bill_count"]), report["bill_sum"])
    say(lines)
    parked = ", ".join(f"{n} {s}" for s, n in _counts(rows).items() if s != State.DONE)
    say(f"{len(paid)} paid = {done} booked once, to the cent + {parked or 'nothing parked'}")
    agree = not (lost or doubled or wrong or orphans) and report["bill_sum"] == report["booked_sum"]
    said = f"{len(doubled)} doubled, {len(lost)} lost, {len(wrong)} different, {len(orphans)} without an owner"
    verdict = "[green]the books agree[/green]" if agree else "[red]the books DISAGREE[/red]"
    say(f"{said}: {verdict}")
    for name, found in (
        ("doubled", doubled),
        ("lost", lost),
        ("different", wrong),
        ("without an owner", orphans),
        ("reconcile", report["findings"]),
    ):
        if found:
            say(f"  {name}: {found[:10]}", markup=False)
    return 0 if agree else 1


def _counts(rows: Mapping[Any, Any]) -> dict[State, int]:
    found: dict[State, int] = {}
    for row in rows.values():
        found[row.state] = found.get(row.state, 0) + 1
    return found


def _heading(text: str) -> None:
    say(f"\n[bold cyan]{text}[/bold cyan]")


if __name__ == "__main__":
    sys.exit(main())
