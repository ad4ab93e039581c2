"""`paysync backfill` and `paysync reconcile`: a range of paid time, worked on by the stack's own functions."""

import json
from collections.abc import Mapping
from typing import Annotated, Any

import typer
from rich.progress import Progress

from paysync.cli import render
from paysync.cli.stack import JsonOption, SchemeOption, Stack, StackOption, YesOption, stack_of
from paysync.core.diagnosis import Code, Diagnosis
from paysync.core.times import MILLISECOND, Window, from_shanghai_iso, iso

FromOption = Annotated[str, typer.Option("--from", help="Start of the range (ISO 8601; without a zone Shanghai's).")]
ToOption = Annotated[str, typer.Option("--to", help="End of the range, not included.")]


class RunFailedError(Exception):
    """A function of the stack ended with an error; the text is its own."""


def invoke(stack: Stack, function: str, payload: Mapping[str, object]) -> dict[str, Any]:
    """Run a function and wait for its answer. Raises RunFailedError with what it said."""
    answer = stack.functions.invoke(FunctionName=stack.outputs[function], Payload=json.dumps(payload).encode())
    body = json.loads(answer["Payload"].read() or b"null")
    if "FunctionError" in answer:
        raise RunFailedError(body.get("errorMessage", body) if isinstance(body, dict) else str(body))
    return body if isinstance(body, dict) else {}


def backfill(
    ctx: typer.Context,
    start: FromOption,
    end: ToOption,
    yes: YesOption = False,
    stack: StackOption = "",
    scheme: SchemeOption = "",
    as_json: JsonOption = False,
) -> None:
    """Read a range of paid time again, also before FetchSince, and queue what the ledger lacks. Moves no watermark.

    Example: paysync backfill --from 2025-01-01 --to 2025-02-01
    """
    chosen, window = stack_of(ctx, stack), window_of(start, end)
    name = _fetched(chosen, chosen.scheme(scheme))
    render.confirm(f"Read {iso(window.start)} to {iso(window.end)} again and queue what is missing?", yes=yes)
    totals: dict[str, int] = {}
    at = window.start
    with Progress(console=render.err, disable=as_json) as bar:
        task = bar.add_task("backfill", total=window.milliseconds)
        while window.end - at >= MILLISECOND:  # what the functions speak of
            payload = {"mode": "backfill", "scheme": name, "from": iso(at), "to": iso(window.end)}
            answer = _run(chosen, "FetchFunction", payload)[name]
            for field in ("seen", "new", "rejected", "changed"):
                totals[field] = totals.get(field, 0) + int(answer[field])
            reached = from_shanghai_iso(answer["reached"])
            if reached <= at:
                render.err.print(f"no progress beyond {iso(at)}")
                raise typer.Exit(1)
            at = reached
            bar.update(task, completed=Window(window.start, at).milliseconds)
    if as_json:
        render.as_json({"from": iso(window.start), "to": iso(window.end), **totals})
    else:
        render.out.print(", ".join(f"{count} {field}" for field, count in totals.items()))


def reconcile(
    ctx: typer.Context,
    start: FromOption,
    end: ToOption,
    yes: YesOption = False,
    stack: StackOption = "",
    scheme: SchemeOption = "",
    as_json: JsonOption = False,
) -> None:
    """Maycur, the ledger and K3Cloud side by side for a range, to the cent. Queues what is missing, corrects nothing.

    Example: paysync reconcile --from 2025-01-01 --to 2025-02-01
    """
    chosen, window = stack_of(ctx, stack), window_of(start, end)
    render.confirm("Compare the three books, and queue payments that the ledger lacks?", yes=yes)
    name = chosen.scheme(scheme)
    payload = {"scheme": name, "from": iso(window.start), "to": iso(window.end)}
    with render.err.status("comparing"):
        report = _run(chosen, "ReconcileFunction", payload)[name]
    if as_json:
        render.as_json(report)
    else:
        _print_report(report)
    if report["findings"]:
        raise typer.Exit(1)


def _print_report(report: Mapping[str, Any]) -> None:
    books = render.table("book", "payments", "sum")
    if report.get("has_source", True):
        books.add_row("Maycur, paid", str(report["source_count"]), report["source_sum"])
    books.add_row("ledger, booked", str(report["booked_count"]), report["booked_sum"])
    books.add_row("K3Cloud, bills", str(report["bill_count"]), report["bill_sum"])
    render.out.print(books)
    render.out.print(
        f"{report['open_count']} open, {report['parked_count']} wait for a person, {report['queued']} queued"
    )
    found = render.table("difference", "payment", "Maycur", "ledger", "K3Cloud", "bill")
    for one in report["findings"]:
        names = ("difference", "key", "source", "ledger", "target", "bill")
        found.add_row(*(render.verbatim(one[name]) for name in names))
    render.out.print(found if report["findings"] else "[green]the books agree[/green]")


def _fetched(stack: Stack, name: str) -> str:
    if not stack.operator.scheme(name).source.is_fetched:
        raise typer.BadParameter(Diagnosis.of(Code.NOT_FETCHED, scheme=name).problem("en"))
    return name


def _run(stack: Stack, function: str, payload: Mapping[str, object]) -> dict[str, Any]:
    try:
        return invoke(stack, function, payload)
    except RunFailedError as error:
        render.err.print(f"the run failed: {error}", markup=False)
        raise typer.Exit(1) from None


def window_of(start: str, end: str) -> Window:
    try:
        return Window(from_shanghai_iso(start), from_shanghai_iso(end))
    except ValueError as error:
        raise typer.BadParameter(f"{error}; write times as 2025-01-31 or 2025-01-31T08:00:00+08:00") from None
