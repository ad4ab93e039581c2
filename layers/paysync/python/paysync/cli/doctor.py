"""`paysync doctor`: read-only probes of a tenant that decide what no documentation says."""

from datetime import timedelta
from typing import Annotated, Final

import typer

from paysync.cli import render
from paysync.cli.runs import window_of
from paysync.cli.stack import JsonOption, SchemeOption, StackOption, stack_of
from paysync.core.probe import PROBE_ROWS, Verdict, Why
from paysync.core.probe import probe as probe_paging
from paysync.core.reading import key_text
from paysync.core.times import Window, iso

_LOOK_BACK: Final = timedelta(days=7)
_CLOSED: Final = timedelta(days=1)


def doctor(
    ctx: typer.Context,
    paging: Annotated[bool, typer.Option("--paging", help="Find out what Maycur's pageNum counts.")] = False,
    start: Annotated[str, typer.Option("--from", help="A closed range of the past with at least six payments.")] = "",
    end: Annotated[str, typer.Option("--to", help="Its end, not included.")] = "",
    stack: StackOption = "",
    scheme: SchemeOption = "",
    as_json: JsonOption = False,
) -> None:
    """Read-only probes of your tenant. Writes nothing anywhere.

    --paging: six calls of two rows each to Maycur's paid list. Put the verdict into the scheme as `source.paging.mode`.

    Example: paysync doctor --paging --from 2025-01-01 --to 2025-01-08
    """
    if not paging:
        raise typer.BadParameter("say what to look at: --paging")
    chosen = stack_of(ctx, stack)
    name = chosen.scheme(scheme)
    loaded, source = chosen.operator.scheme(name), chosen.operator.probe_source(name)
    now = chosen.operator.clock.now()
    window = window_of(start, end) if start and end else Window(now - _LOOK_BACK, now - _CLOSED)
    verdict = probe_paging(lambda number: source.page(window, number), key_of=lambda raw: key_text(loaded, raw))
    _print(verdict, window, as_json=as_json)
    if verdict.why is not Why.DECIDED:
        raise typer.Exit(1)


def _print(verdict: Verdict, window: Window, *, as_json: bool) -> None:
    pages = [list(page) if page is not None else None for page in verdict.pages]
    if as_json:
        failure = verdict.failure.diagnosis.as_json() if verdict.failure else None
        render.as_json({"paging": str(verdict.paging), "why": str(verdict.why), "pages": pages, "failure": failure})
        return
    render.out.print(f"window {iso(window.start)} to {iso(window.end)}")
    for number, page in enumerate(pages):
        render.out.print(f"  page {number}: {'refused' if page is None else ', '.join(page) or 'empty'}", markup=False)
    if verdict.failure:
        render.diagnosis(verdict.failure.diagnosis)
    if verdict.why is Why.DECIDED:
        render.out.print(
            f"pageNum is [bold]{verdict.paging}[/bold]: set `source.paging.mode: {verdict.paging}` in the scheme"
        )
    else:
        render.out.print(
            f"undecided ({verdict.why}); `union` stays right. A window with {PROBE_ROWS} or more rows is needed"
        )
