"""`paysync doctor`: a read-only look at a tenant: what payments would fail on, and what no documentation says."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Final

import typer

from paysync.adapters.aws.requests import check_document
from paysync.cli import render
from paysync.cli.runs import window_of
from paysync.cli.stack import JsonOption, SchemeOption, Stack, StackOption, stack_of
from paysync.core.check import CheckReport, check
from paysync.core.inspection import Result
from paysync.core.probe import PROBE_ROWS, Verdict, Why
from paysync.core.probe import probe as probe_paging
from paysync.core.reading import key_text
from paysync.core.times import Window, iso

_LOOK_BACK: Final = timedelta(days=7)
_CLOSED: Final = timedelta(days=1)
_MARKS: Final[Mapping[Result, str]] = {
    Result.FINDING: "[red]finding[/red]",
    Result.UNSEEN: "[yellow]not checkable[/yellow]",
    Result.SOUND: "[green]sound[/green]",
}


def doctor(
    ctx: typer.Context,
    paging: Annotated[bool, typer.Option("--paging", help="Find out what Maycur's pageNum counts.")] = False,
    start: Annotated[str, typer.Option("--from", help="For --paging: a closed range with at least six payments.")] = "",
    end: Annotated[str, typer.Option("--to", help="Its end, not included.")] = "",
    stack: StackOption = "",
    scheme: SchemeOption = "",
    as_json: JsonOption = False,
) -> None:
    """Look at your tenant, read-only, for what the next payment would fail on. Writes nothing anywhere.

    Fields, organisations, lookups and the conversion rule of K3Cloud, the questions and the list of a scheme with
    connector http, as every night; ends with 1 when something is found. --paging: six calls of two rows each to
    Maycur's paid list of one scheme instead (the one that --scheme names, else the first); put the verdict into it
    as `source.paging`.

    Example: paysync doctor --stack paysync-prod
    """
    chosen = stack_of(ctx, stack)
    if paging:
        _probe_paging(chosen, chosen.scheme(scheme), start, end, as_json=as_json)
        return
    if start or end:
        raise typer.BadParameter("--from and --to belong to --paging")
    names = [chosen.scheme(scheme)] if scheme else list(chosen.settings.schemes)
    reports = [check(chosen.operator.check_ports(name)) for name in names]
    if as_json:
        render.as_json({report.scheme: check_document(report) for report in reports})
    else:
        for report in reports:
            _print_checks(report)
    if any(report.findings for report in reports):
        raise typer.Exit(1)


def _print_checks(report: CheckReport) -> None:
    """A line for each thing that was looked at, findings first, each with what to do in both languages."""
    table = render.table("looked at", "", "what it says, and what to do", title=f"\n{render.verbatim(report.scheme)}")
    for one in sorted(report.checks, key=lambda one: list(_MARKS).index(one.result)):
        said = (
            "\n".join(f"{one.why.problem(lang)} → {one.why.solution(lang)}" for lang in ("en", "zh")) if one.why else ""
        )
        table.add_row(render.verbatim(one.what), _MARKS[one.result], render.verbatim(said))
    render.out.print(table)
    many = len(report.findings)
    render.out.print(f"[red]{many} findings[/red]" if many else "[green]nothing found[/green]")


def _probe_paging(chosen: Stack, name: str, start: str, end: str, *, as_json: bool) -> None:
    loaded, source = chosen.operator.scheme(name), chosen.operator.probe_source(name)
    now = chosen.operator.clock.now()
    window = window_of(start, end) if start and end else Window(now - _LOOK_BACK, now - _CLOSED)
    verdict = probe_paging(lambda number: source.page(window, number), key_of=lambda raw: key_text(loaded, raw))
    _print(name, verdict, window, as_json=as_json)
    if verdict.why is not Why.DECIDED:
        raise typer.Exit(1)


def _print(name: str, verdict: Verdict, window: Window, *, as_json: bool) -> None:
    pages = [list(page) if page is not None else None for page in verdict.pages]
    if as_json:
        failure = verdict.failure.diagnosis.as_json() if verdict.failure else None
        said = {"scheme": name, "paging": str(verdict.paging), "why": str(verdict.why)}
        render.as_json({**said, "pages": pages, "failure": failure})
        return
    render.out.print(f"{render.verbatim(name)}: window {iso(window.start)} to {iso(window.end)}")
    for number, page in enumerate(pages):
        render.out.print(f"  page {number}: {'refused' if page is None else ', '.join(page) or 'empty'}", markup=False)
    if verdict.failure:
        render.diagnosis(verdict.failure.diagnosis)
    if verdict.why is Why.DECIDED:
        render.out.print(
            f"pageNum is [bold]{verdict.paging}[/bold]: set `source.paging: {verdict.paging}` in the scheme {name}"
        )
    else:
        render.out.print(
            f"undecided ({verdict.why}); `union` stays right. A window with {PROBE_ROWS} or more rows is needed"
        )
