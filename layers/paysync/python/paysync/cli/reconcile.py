"""`paysync reconcile`: the three books of each scheme side by side, and what to do about each kind of difference."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import typer

from paysync.cli import render
from paysync.cli.runs import FromOption, RunFailedError, ToOption, invoke, window_of
from paysync.cli.stack import JsonOption, SchemeOption, Stack, StackOption, YesOption, stack_of
from paysync.core.diagnosis import Code, Diagnosis
from paysync.core.reconcile import Difference
from paysync.core.times import Window, iso

_CODES: Final[Mapping[str, Code]] = {
    Difference.MISSING: Code.RECONCILE_MISSING,
    Difference.EXTRA: Code.RECONCILE_EXTRA,
    Difference.CHANGED: Code.RECONCILE_DIFFERENT,
    Difference.DOUBLED: Code.RECONCILE_DOUBLED,
    Difference.BILL_GONE: Code.RECONCILE_BILL_GONE,
    Difference.UNFINISHED: Code.RECONCILE_UNFINISHED,
    Difference.AMOUNT: Code.RECONCILE_DIFFERENT,
    Difference.UNRECORDED: Code.RECONCILE_UNRECORDED,
    Difference.UNKNOWN_BILL: Code.RECONCILE_UNKNOWN_BILL,
}


def reconcile(
    ctx: typer.Context,
    start: FromOption,
    end: ToOption,
    yes: YesOption = False,
    stack: StackOption = "",
    scheme: SchemeOption = "",
    as_json: JsonOption = False,
) -> None:
    """Maycur, the ledger and K3Cloud side by side for a range, to the cent. Books what is missing, corrects nothing.

    Of every scheme of the stack, one after another, unless --scheme names one. Ends with 1 where any of them differs.

    Example: paysync reconcile --from 2025-01-01 --to 2025-02-01
    """
    chosen, window = stack_of(ctx, stack), window_of(start, end)
    names = [chosen.scheme(scheme)] if scheme else list(chosen.settings.schemes)
    booked = "payments since FetchSince that the ledger lacks are BOOKED"
    render.confirm(f"Compare the three books of {', '.join(names)}; {booked}. Go on?", yes=yes)
    agree = [_agrees(chosen, name, window, as_json=as_json) for name in names]
    if not all(agree):
        raise typer.Exit(1)


def _agrees(stack: Stack, name: str, window: Window, *, as_json: bool) -> bool:
    """Compare one scheme's books and tell; a run that failed does not stop the other schemes."""
    payload = {"scheme": name, "from": iso(window.start), "to": iso(window.end)}
    try:
        with render.err.status(f"comparing {name}"):
            report = invoke(stack, "ReconcileFunction", payload)[name]
    except RunFailedError as error:
        render.err.print(f"the run of {name} failed: {error}", markup=False)
        return False
    if as_json:
        render.as_json({"scheme": name, **report})
    else:
        _print_report(name, report, stack.target_of(name))
    return not report["findings"]


def _print_report(name: str, report: Mapping[str, Any], target: str) -> None:
    books = render.table("book", "payments", "sum", title=f"\n{render.verbatim(name)}")
    if report.get("has_source", True):
        books.add_row("Maycur, paid", str(report["source_count"]), report["source_sum"])
    books.add_row("ledger, booked", str(report["booked_count"]), report["booked_sum"])
    books.add_row(f"{target}, bills", str(report["bill_count"]), report["bill_sum"])
    render.out.print(books)
    render.out.print(
        f"{report['open_count']} open, {report['parked_count']} wait for a person, {report['queued']} queued"
    )
    if not report["findings"]:
        render.out.print(f"[green]the books of {render.verbatim(name)} agree[/green]")
        return
    found = render.table("difference", "payment", "Maycur", "ledger", target, "bill")
    for one in report["findings"]:
        columns = ("difference", "key", "source", "ledger", "target", "bill")
        found.add_row(*(render.verbatim(one[column]) for column in columns))
    render.out.print(found)
    _explain(report["findings"], target)


def _explain(findings: Sequence[Mapping[str, str]], target: str) -> None:
    """Of each kind of difference, by its first finding: what it means and what to do, in both languages."""
    for kind in dict.fromkeys(one["difference"] for one in findings):
        alike = [one for one in findings if one["difference"] == kind]
        first = alike[0]
        render.out.print(f"\n[bold]{kind}[/bold] {len(alike)}; {render.verbatim(first['key'] or first['bill'])}:")
        if why := diagnosis_of(first):
            render.diagnosis(why.at(target))


def diagnosis_of(finding: Mapping[str, str]) -> Diagnosis | None:
    """What is said of a finding; nothing for a kind that only a newer function knows."""
    code = _CODES.get(finding["difference"])
    found = finding["target"] or finding["source"]
    particulars = {"bill": finding["bill"], "found": found, "wanted": finding["ledger"]}
    particulars |= {"bills": particulars["bill"], "status": found}
    return Diagnosis.of(code, **particulars) if code else None
