"""One payment's life, or what may be why there is none. Reads only the ledger, never a vendor."""

from collections.abc import Sequence
from typing import Annotated

import typer

from paysync.cli import changes, render
from paysync.cli.stack import JsonOption, SchemeOption, Stack, StackOption, stack_of
from paysync.core.fetch import PAID
from paysync.core.keys import PaymentKey


def show(
    ctx: typer.Context,
    keys: Annotated[list[str], typer.Argument(help="paymentBizCode of the payments.", metavar="KEY…")],
    stack: StackOption = "",
    scheme: SchemeOption = "",
    as_json: JsonOption = False,
) -> None:
    """One payment's life: was it booked, as which bill, and if not, why and what to do; in every scheme that knows it.

    Example: paysync show PT2301310000017
    """
    chosen = stack_of(ctx, stack)
    named = chosen.keys_in_all(keys, scheme)
    rows = chosen.operator.ledger.rows(named)
    for key in named:
        row = rows.get(key)
        if as_json:
            history = chosen.operator.ledger.history(key) if row else ()
            render.as_json(changes.documented(chosen, row, history) if row else _unknown(key))
        elif row is None:
            names = [key.scheme] if scheme else list(chosen.settings.schemes)
            render.out.print(f"[bold]{render.verbatim(key.code)}[/bold]  {_missing(chosen, names)}")
        else:
            render.life(row, chosen.operator.ledger.history(key))
            changes.tell(chosen, row)


def _missing(stack: Stack, schemes: Sequence[str]) -> str:
    """Why a key may not be in the ledger, in both languages; how far was read says whether it can be."""
    marks = [stack.operator.ledger.watermark(name, PAID) for name in schemes if stack.is_fetched(name)]
    ats = [mark.at for mark in marks if mark]
    read, later, read_zh, later_zh = "", "", "", ""
    if ats and len(ats) == len(marks):
        at = render.local_time(min(ats))
        read, later = f", which has read up to {at}", ", paid later than that"
        read_zh, later_zh = f"；已取数至 {at}", "、付款时间晚于该时刻"
    return render.verbatim(
        f"not in the ledger of {stack.name}{read}. Not paid yet{later}, paid before FetchSince, left out by the "
        "scheme, or not a paymentBizCode (a document's number is none).\n"
        f"台账（堆栈 {stack.name}）中没有这笔付款{read_zh}。可能：尚未付款{later_zh}、付款时间早于 FetchSince、"
        "被方案排除，或所填不是 paymentBizCode（付款申请单号不行）。"
    )


def _unknown(key: PaymentKey) -> dict[str, object]:
    return {"key": key.code, "scheme": key.scheme, "state": None, "bill": None, "history": []}
