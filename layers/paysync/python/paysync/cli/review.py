"""`paysync review`: a person decides what the program must not guess. K3Cloud is asked afresh before every decision."""

from typing import Annotated

import typer

from paysync.cli import changes, render
from paysync.cli.look import select
from paysync.cli.replay import prune
from paysync.cli.stack import JsonOption, SchemeOption, Stack, StackOption, YesOption, stack_of
from paysync.core import review
from paysync.core.money import plain
from paysync.core.outcomes import DefinitelyNot, Done, Unknown
from paysync.core.records import Row
from paysync.core.review import Decided, Decision, Look, NotDecided, ReviewPorts
from paysync.core.states import State
from paysync.core.wanted import amount_in

app = typer.Typer(
    help="Decide about payments in REVIEW. Each decision needs a --reason and is recorded with who and why.",
    no_args_is_help=True,
)

KeyArgument = Annotated[str, typer.Argument(help="paymentBizCode of the payment.", metavar="KEY")]


def _said(reason: str) -> str:
    if not reason.strip():
        raise typer.BadParameter("say why, for whoever asks later")
    return reason


ReasonOption = Annotated[str, typer.Option("--reason", help="Why, for whoever asks later.", callback=_said)]

_REASONS = {
    "not_in_review": "the payment is not in REVIEW",
    "bill_not_shown": "K3Cloud shows no such free bill of this payment; the table has those that can be adopted",
    "has_another_bill": "the payment has another bill already: adopt that one, or take it back and close",
    "carries_another_reference": (
        "the bill's reference (第三方单据编号) is not this payment's key: if the bill is this payment's, empty it or "
        "write the key there first"
    ),
    "has_a_bill": "the payment has a bill, so it can never be pushed again: adopt it, or take it back and close",
    "carries_our_reference": "a bill carries this payment's key: it is ours, adopt it",
    "changed_content": "Maycur shows other content by now: `paysync review accept KEY` takes it over",
    "push_in_doubt": "it is not known what came of the last Push: adopt its bill or confirm-none first",
    "other_document": (
        "its bill is of another document or currency than Maycur shows now: take that bill back in K3Cloud first "
        "(反审核, 作废), then book by hand and close; or `paysync review adopt` it, to finish it as it was recorded"
    ),
    "no_other_content": "Maycur has shown no other content that could be accepted",
    "changed_meanwhile": "the payment has changed meanwhile: look at it again",
    "locked": "another payment of the same document is in work: decide that one first",
    "bill_has_owner": "the bill belongs to another payment",
}


@app.command("list")
def list_(ctx: typer.Context, stack: StackOption = "", scheme: SchemeOption = "", as_json: JsonOption = False) -> None:
    """What waits for a decision, and why."""
    chosen = stack_of(ctx, stack)
    names = [chosen.scheme(scheme)] if scheme else list(chosen.settings.schemes)
    rows = list(select(chosen, names, [State.REVIEW], None))
    if as_json:
        render.as_json([changes.documented(chosen, row) for row in rows])
        return
    for row in rows:
        render.out.print(f"[bold]{render.verbatim(row.key.code)}[/bold]  {render.problem(row.diagnosis)}")
    render.out.print(f"{len(rows)} in review")


@app.command()
def adopt(
    ctx: typer.Context,
    key: KeyArgument,
    bill: Annotated[str, typer.Argument(help="The bill, by number or internal id.", metavar="BILL")],
    reason: ReasonOption,
    yes: YesOption = False,
    stack: StackOption = "",
    scheme: SchemeOption = "",
) -> None:
    """This bill is the payment's: push completes it (save, read back, submit, audit).

    Its amount, date and account are overwritten with what the ledger has. Not while Maycur shows other content: accept
    first.
    """
    chosen = stack_of(ctx, stack)
    ports, seen = _look(chosen, key, scheme)
    render.confirm(f"Adopt {bill} as the bill of {key}?", yes=yes)
    _tell(review.adopt(ports, seen, bill, reason))


@app.command("confirm-none")
def confirm_none(
    ctx: typer.Context,
    key: KeyArgument,
    reason: ReasonOption,
    yes: YesOption = False,
    stack: StackOption = "",
    scheme: SchemeOption = "",
) -> None:
    """None of the bills that K3Cloud shows is this payment's: it is pushed (again), they are remembered as not ours."""
    chosen = stack_of(ctx, stack)
    ports, seen = _look(chosen, key, scheme)
    render.confirm(f"No bill in K3Cloud is that of {key}, and it may be pushed (again)?", yes=yes)
    _tell(review.confirm_none(ports, seen, reason))


@app.command()
def accept(
    ctx: typer.Context,
    key: KeyArgument,
    reason: ReasonOption,
    yes: YesOption = False,
    stack: StackOption = "",
    scheme: SchemeOption = "",
) -> None:
    """Maycur shows other content than the ledger has, and Maycur is right: take it over and go on."""
    chosen = stack_of(ctx, stack)
    ports, row = _ports(chosen, key, scheme)
    if row.other and row.other.facts and row.payment.facts:
        render.out.print(f"ledger {row.payment.facts.amount}   Maycur {row.other.facts.amount}")
    changes.tell(chosen, row)
    render.confirm(f"Take over what Maycur shows now of {key}?", yes=yes)
    _tell(review.accept(ports, row, reason))


@app.command()
def close(
    ctx: typer.Context,
    key: KeyArgument,
    reason: ReasonOption,
    yes: YesOption = False,
    stack: StackOption = "",
    scheme: SchemeOption = "",
) -> None:
    """Close the case: paysync will book nothing for this payment any more, and its document is free for others.

    A bill that it has stays in K3Cloud as it is: finish it there or take it back first.
    Its dead letter goes, and with it the alarm: nobody is to replay it.
    """
    chosen = stack_of(ctx, stack)
    ports, seen = _look(chosen, key, scheme)
    _tell_of_bill_left(seen.row)
    render.confirm(f"Close {key}? It will never be booked by paysync.", yes=yes)
    _tell(review.close(ports, seen.row, reason))
    pruned = prune(chosen, {})
    if pruned:
        render.out.print(f"{pruned} dead letters done with")


def _ports(stack: Stack, key: str, scheme: str) -> tuple[ReviewPorts, Row]:
    named = stack.keys([key], scheme)[0]
    row = stack.operator.ledger.rows([named]).get(named)
    if row is None:
        render.err.print(f"{key} is not in the ledger", markup=False)
        raise typer.Exit(1)
    operator = stack.operator
    loaded = operator.scheme(named.scheme)
    ports = ReviewPorts(
        loaded, operator.ledger, operator.target(named.scheme), operator.outbox, operator.clock, stack.who
    )
    return ports, row


def _look(stack: Stack, key: str, scheme: str) -> tuple[ReviewPorts, Look]:
    """Ask K3Cloud, show what it says, and hand it on: the decision is about just this."""
    ports, row = _ports(stack, key, scheme)
    match review.look(ports, row):
        case Done(seen):
            _show(ports, seen)
            return ports, seen
        case DefinitelyNot(why) | Unknown(why):
            render.err.print("K3Cloud could not be asked, and without that nothing is decided")
            render.diagnosis(why)
            raise typer.Exit(1)


def _show(ports: ReviewPorts, seen: Look) -> None:
    facts = seen.row.payment.facts
    render.out.print(
        f"[bold]{render.verbatim(seen.row.key.code)}[/bold]  {render.state(seen.row.state)}  "
        f"{facts.amount if facts else ''}"
    )
    if seen.row.diagnosis:
        render.out.print(render.problem(seen.row.diagnosis))
    for document in seen.documents:
        applied = plain(document.applied) if document.applied is not None else "?"
        said = f"document {document.key.number}  status {document.status}  applied for {applied}"
        render.out.print(said, markup=False)
    bills = render.table("bill", "id", "status", "amount", "reference", "creator", "belongs to")
    amounts = {bill.head.id: amount_in(bill, ports.scheme.target.save) for bill in seen.bills}
    for head in seen.heads:
        amount, owner = amounts.get(head.id), seen.owners.get(head.id)
        said = plain(amount) if amount is not None else "?"
        status = f"{head.status} voided" if head.voided else str(head.status)
        bills.add_row(
            render.verbatim(head.number or "draft"),
            head.id,
            status,
            said,
            render.verbatim(head.reference),
            render.verbatim("/".join(head.creator)),
            render.verbatim(owner.code) if owner else "",
        )
    render.out.print(bills if seen.heads else "K3Cloud shows no bill")


def _tell_of_bill_left(row: Row) -> None:
    if row.bill:
        named = row.bill.number or row.bill.key.id
        said = f"Bill {named} is this payment's and stays in K3Cloud as it is: finish it there or take it back first"
        render.out.print(said, markup=False)


def _tell(decision: Decision) -> None:
    match decision:
        case Decided(row, sent):
            how = "push goes on with it" if sent else "sweep will wake it"
            render.out.print(
                f"{render.verbatim(row.key.code)} is {render.state(row.state)}"
                + (f": {how}" if row.state is not State.CLOSED else "")
            )
        case NotDecided(reason):
            render.err.print(f"nothing was changed: {_REASONS[reason]}")
            raise typer.Exit(1)
