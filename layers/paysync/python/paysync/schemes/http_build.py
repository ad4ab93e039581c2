"""From a checked scheme's plain data to its calls over HTTP. What the file leaves out is what HTTP itself says."""

from collections.abc import Mapping
from typing import Any, Final

from paysync.core.exchanges import (
    BODY,
    HEADERS,
    KEY,
    PATH,
    Alternatives,
    Creating,
    Exchange,
    Finding,
    Headers,
    Listing,
    Promise,
    Reading,
    Verdicts,
)
from paysync.core.scheme import Call, Condition, SaveStep, Slot, Strategy, TargetPart, Template, Tree
from paysync.core.templates import parse
from paysync.schemes.plain import Plain
from paysync.schemes.spans import span_of
from paysync.schemes.trees import tree_of

OK: Final[Alternatives] = ((Condition("status", "between", "200,299"),),)
BUSY: Final[Alternatives] = ((Condition("status", "eq", 429),),)
DENIED: Final[Alternatives] = ((Condition("status", "eq", 401),),)
_KEY: Final = Template((Slot(("payment", "key")),))
_AMOUNT: Final = Template((Slot(("payment", "amount"), (Call("number"),)),))
_ESCAPED: Final = Call("url")


def listing_of(plain: Plain) -> Listing | None:
    """How a list is asked for; None for a connector that knows it by itself."""
    if plain["connector"] != "http":
        return None
    verdicts = Verdicts(
        done_when=_lines(plain["success_when"]) or OK,
        busy_when=_lines(plain["busy_when"]) or BUSY,
        denied_when=_lines(plain["denied_when"]) or DENIED,
    )
    return Listing(_headers(plain["headers"]), verdicts, _lines(plain["empty_when"]))


def http_target(plain: Plain, scheme: str) -> TargetPart:
    """A target that is any system which answers JSON."""
    steps = {one["step"]: one for one in plain["steps"]}
    create, find, read = steps["create"], steps.get("find"), steps.get("read")
    denied, busy = _lines(plain["denied_when"]) or DENIED, _lines(plain["busy_when"]) or BUSY
    return _target(
        plain,
        make_request=_making(create, scheme),
        save=_compared(read) if read else None,
        finds=find is not None,
        reads=read is not None,
        promise=_promise(create),
        exchange=Exchange(
            headers=_headers(plain["headers"]),
            create=Creating(
                method=create["method"],
                verdicts=Verdicts(
                    done_when=_lines(create["done_when"]),
                    refused_when=_lines(create["refused_when"]),
                    busy_when=_lines(create["busy_when"]),
                    denied_when=denied,
                ),
                id=create["id"],
                number=create["number"],
            ),
            find=_finding(find, busy, denied) if find else None,
            read=_reading(read, busy, denied) if read else None,
        ),
    )


def maycur_target(plain: Plain, scheme: str) -> TargetPart:
    """Results of payments for Maycur: one call, judged by its envelope."""
    (create,) = plain["steps"]
    return _target(plain, make_request=_making({**create, "idempotency_header": ""}, scheme), finds=False, reads=False)


def path_of(text: str) -> Tree:
    """The path with each template in it as one piece; a parameter that is the whole path stays as it is bound."""
    found = parse(text)
    if not isinstance(found, Template) or len(found.parts) == 1:
        return found
    return Template(tuple(_escaped(part) if isinstance(part, Slot) else part for part in found.parts))


# ----------------------------------------------------------------------------------------------------------------------


def _target(plain: Plain, **more: Any) -> TargetPart:
    own: dict[str, Any] = {"save": None, **more}
    return TargetPart(
        connector=plain["connector"],
        form=plain["form"],
        source_form="",
        make="send",
        reference_field="",
        submit=False,
        audit=False,
        strategy=Strategy.NUMBER,
        currencies=dict(plain["currencies"]),
        options={},
        lists=False,
        **own,
    )


def _making(create: Mapping[str, Any], scheme: str) -> Tree:
    """Names the payment beside what is sent: the key of a repeated call must not depend on the attempt."""
    request: dict[str, Tree] = {KEY: _KEY, PATH: path_of(create["endpoint"]), BODY: tree_of(create["request"])}
    header = create["idempotency_header"]
    if header:
        request[HEADERS] = {header: Template((f"{scheme}:", Slot(("payment", "key"), (_ESCAPED,))))}
    return request


def _promise(create: Mapping[str, Any]) -> Promise | None:
    header = create["idempotency_header"]
    return Promise(header, span_of(create["idempotency_kept"])) if header else None


def _compared(read: Plain) -> SaveStep:
    expect = tuple((field, tree_of(value)) for field, value in read["expect"].items())
    return SaveStep(head=(), entry="", entry_id="", each=(), amounts=(), expect=((read["amount"], _AMOUNT), *expect))


def _finding(plain: Plain, busy: Alternatives, denied: Alternatives) -> Finding:
    return Finding(
        endpoint=path_of(plain["endpoint"]),
        request=tree_of(plain["request"]),
        verdicts=Verdicts(_lines(plain["success_when"]) or OK, busy_when=busy, denied_when=denied),
        none_when=_lines(plain["none_when"]),
        row_path=plain["row_path"],
        id=plain["id"],
        number=plain["number"],
        reference=plain["reference"],
        voided_when=_lines(plain["voided_when"]),
    )


def _reading(plain: Plain, busy: Alternatives, denied: Alternatives) -> Reading:
    return Reading(
        endpoint=path_of(plain["endpoint"]),
        verdicts=Verdicts(_lines(plain["success_when"]) or OK, busy_when=busy, denied_when=denied),
        gone_when=_lines(plain["gone_when"]),
        row_path=plain["row_path"],
        number=plain["number"],
        voided_when=_lines(plain["voided_when"]),
    )


def _headers(plain: Mapping[str, str]) -> Headers:
    return tuple((name, parse(text)) for name, text in plain.items())


def _lines(plain: list[list[Mapping[str, Any]]]) -> Alternatives:
    return tuple(tuple(Condition(**line) for line in lines) for lines in plain)


def _escaped(slot: Slot) -> Slot:
    return slot if _ESCAPED in slot.calls else Slot(slot.path, (*slot.calls, _ESCAPED))
