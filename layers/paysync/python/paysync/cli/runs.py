"""`paysync backfill`: a range of paid time, worked on by the stack's own functions; and how these are invoked."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, Final

import typer
from botocore.exceptions import BotoCoreError, ClientError
from rich.progress import Progress

from paysync.cli import render
from paysync.cli.stack import JsonOption, SchemeOption, Stack, StackOption, YesOption, stack_of
from paysync.core.diagnosis import Code, Diagnosis
from paysync.core.times import MILLISECOND, Window, from_shanghai_iso, iso

FromOption = Annotated[str, typer.Option("--from", help="Start of the range (ISO 8601; without a zone Shanghai's).")]
ToOption = Annotated[str, typer.Option("--to", help="End of the range, not included.")]

_BETWEEN_TRIES: Final = timedelta(seconds=10)
_LONGEST_WAIT: Final = timedelta(minutes=10)
_BREATH: Final = timedelta(seconds=3)
"""Between two rounds of a backfill, so that a scheduled run of fetch finds its place."""


class RunFailedError(Exception):
    """A function of the stack ended with an error; the text is its own."""


def invoke(stack: Stack, function: str, payload: Mapping[str, object]) -> dict[str, Any]:
    """Run a function and wait for its answer. Raises RunFailedError with what it said.

    Where Lambda has no room for it now it has not begun: fetch runs once at a time, and a scheduled run comes first.
    """
    clock = stack.operator.clock
    until = clock.now() + _LONGEST_WAIT
    while True:
        try:
            answer = stack.functions.invoke(FunctionName=stack.outputs[function], Payload=json.dumps(payload).encode())
            break
        except ClientError as error:
            if error.response["Error"]["Code"] != "TooManyRequestsException" or clock.now() >= until:
                raise
            render.err.print("another run is under way; waiting for it")
            clock.pause(_BETWEEN_TRIES)
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
    """Read a range of paid time again, also before FetchSince, and book what the ledger lacks. Moves no watermark.

    Of one scheme: the one that --scheme names, else the stack's first.

    Example: paysync backfill --from 2025-01-01 --to 2025-02-01
    """
    chosen, window = stack_of(ctx, stack), window_of(start, end)
    name = _fetched(chosen, chosen.scheme(scheme))
    render.confirm(_question(chosen, name, window), yes=yes)
    totals: dict[str, int] = {}
    at = window.start
    with Progress(console=render.err, disable=as_json) as bar:
        task = bar.add_task("backfill", total=window.milliseconds)
        while window.end - at >= MILLISECOND:  # what the functions speak of
            payload = {"mode": "backfill", "scheme": name, "from": iso(at), "to": iso(window.end)}
            answer = _round(chosen, payload)[name]
            for field in ("seen", "new", "rejected", "changed"):
                totals[field] = totals.get(field, 0) + int(answer[field])
            reached = from_shanghai_iso(answer["reached"])
            if reached <= at:
                render.err.print(f"no progress beyond {iso(at)}")
                raise typer.Exit(1)
            at = reached
            if window.end - at >= MILLISECOND:
                chosen.operator.clock.pause(_BREATH)
            bar.update(task, completed=Window(window.start, at).milliseconds)
    if as_json:
        render.as_json({"scheme": name, "from": iso(window.start), "to": iso(window.end), **totals})
    else:
        render.out.print(f"{name}: " + ", ".join(f"{count} {field}" for field, count in totals.items()))


def _question(stack: Stack, name: str, window: Window) -> str:
    since = stack.operator.since(name)
    earlier = f", also those paid before FetchSince ({iso(since)})" if window.start < since else ""
    read = f"Read {iso(window.start)} to {iso(window.end)} of {name}"
    return f"{read}; payments that the ledger lacks are BOOKED{earlier}. Go on?"


def _fetched(stack: Stack, name: str) -> str:
    if not stack.operator.scheme(name).source.is_fetched:
        raise typer.BadParameter(Diagnosis.of(Code.NOT_FETCHED, scheme=name).problem("en"))
    return name


def _round(stack: Stack, payload: Mapping[str, object]) -> dict[str, Any]:
    """One run of fetch over what is left of the range; however it ends, how far all of them have come is said."""
    try:
        return invoke(stack, "FetchFunction", payload)
    except RunFailedError as error:
        render.err.print(f"the run failed: {error}", markup=False)
        _tell_how_to_go_on(payload)
        raise typer.Exit(1) from None
    except (ClientError, BotoCoreError, KeyboardInterrupt):
        _tell_how_to_go_on(payload)
        raise


def _tell_how_to_go_on(payload: Mapping[str, object]) -> None:
    render.err.print(f"everything before {payload['from']} was read: go on with --from {payload['from']}")


def window_of(start: str, end: str) -> Window:
    try:
        return Window(from_shanghai_iso(start), from_shanghai_iso(end))
    except ValueError as error:
        raise typer.BadParameter(f"{error}; write times as 2025-01-31 or 2025-01-31T08:00:00+08:00") from None
