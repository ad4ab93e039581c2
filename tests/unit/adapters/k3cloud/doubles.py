"""What stands in for the world around the K3Cloud adapter: a scheme's target part, and a server that is scripted."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

import httpx

from fakes.system import FakeClock, SeededIds
from paysync.adapters.k3cloud.client import K3CloudClient
from paysync.adapters.k3cloud.replies import Call, Heard
from paysync.adapters.k3cloud.settings import ConnectionSettings
from paysync.adapters.k3cloud.signing import Credentials
from paysync.adapters.k3cloud.target import K3CloudTarget
from paysync.core.bills import Inquiry, Json
from paysync.core.codes import Code
from paysync.core.keys import PaymentKey, SourceKey
from paysync.core.outcomes import DefinitelyNot, Done, Outcome, Unknown
from paysync.core.scheme import Lookup, OnMiss, SaveStep, Scheme, Strategy, TargetPart, Template
from paysync.core.templates import parse
from simulation.pair import scheme as simulated_scheme

FORM: Final = "AP_PAYBILL"
SOURCE_FORM: Final = "CN_PAYAPPLY"
RULE: Final = "CN_PAYAPPLYTOPAYBILL"
PUSH: Final = Call("Push", effect=True, repeat_lost_session=False, subject="FKSQ1")
AUDIT: Final = Call("Audit", effect=True)
QUERY: Final = Call("ExecuteBillQuery")
CREDENTIALS: Final = Credentials(
    "64a1f0c2b3d4e5",
    "webapi_user",
    "900001_MDE3N2I2PzBrPzg4OD45N3IhK3B1InIk",
    "0123456789abcdef0123456789abcdef",
)
SAVE: Final = SaveStep(
    head=(("FDATE", "2025-01-31"), ("FTHIRDBILLNO", "PAY-1")),
    entry="FPAYBILLENTRY",
    entry_id="FEntryID",
    each=(("FACCOUNTID", {"FNumber": "6222"}),),
    amounts=("FPAYTOTALAMOUNTFOR", "FPAYAMOUNTFOR_E"),
    expect=(("FCURRENCYID.FNumber", "PRE001"), ("FPAYORGID", 100_001)),
)


def template(text: str) -> Template:
    """`text` as a template."""
    parsed = parse(text)
    assert isinstance(parsed, Template)
    return parsed


def lookup(**changes: Any) -> Lookup:
    """Which organisation owns a bank account that is audited and not forbidden."""
    account = Lookup(
        name="org",
        find="FUseOrgId",
        within="CN_BANKACNT",
        kind="form",
        where=(("FNumber", template("{{payerAccountNumber}}")),),
        usable=(("FFORBIDSTATUS", ("A",)), ("FDOCUMENTSTATUS", ("C",))),
        on_none=OnMiss.PARK,
        on_many=OnMiss.PARK,
    )
    return replace(account, **changes)


def target_part(**changes: Any) -> TargetPart:
    """The target of the shipped pair of forms."""
    part = TargetPart(
        connector="k3cloud",
        form=FORM,
        source_form=SOURCE_FORM,
        make="push",
        make_request={},
        reference_field="FTHIRDBILLNO",
        save=SAVE,
        submit=True,
        audit=True,
        strategy=Strategy.LINK,
        currencies={"CNY": "PRE001"},
        options={},
    )
    return replace(part, **changes)


def scheme(*lookups: Lookup, **changes: Any) -> Scheme:
    """A scheme with this target part."""
    return replace(simulated_scheme(), lookups=lookups or (lookup(),), target=target_part(**changes))


def key(number: str = "FKSQ1") -> SourceKey:
    """A payment application."""
    return SourceKey(SOURCE_FORM, number)


def inquiry(code: str = "PAY-1", number: str = "FKSQ1", source_id: str = "100501") -> Inquiry:
    """What exists for a payment."""
    return Inquiry(PaymentKey("sim", code), code, key(number), source_id)


def push_request(*numbers: str, **changes: Json) -> dict[str, Json]:
    """The `data` of a Push as the shipped scheme renders it."""
    request: dict[str, Json] = {
        "Ids": "",
        "Numbers": list(numbers or ("FKSQ1",)),
        "RuleId": RULE,
        "TargetOrgId": 100_001,
        "TargetFormId": FORM,
        "IsEnableDefaultRule": "true",
        "IsDraftWhenSaveFail": "true",
    }
    return {**request, **changes}


def said(document: object, status: int = 200, *, with_session: bool = False) -> Heard:
    """A whole answer; bytes and text as they are, anything else as JSON."""
    if isinstance(document, bytes):
        body = document
    else:
        body = (document if isinstance(document, str) else json.dumps(document, ensure_ascii=False)).encode()
    return Heard(status, body, with_session)


def status(
    success: object = True,  # noqa: FBT002 - a flag as the vendor has it
    *,
    code: object = 0,
    errors: object = (),
    entities: object = (),
    messages: object = (),
    **more: object,
) -> dict[str, Any]:
    """A ResponseStatus."""
    return {
        "IsSuccess": success,
        "MsgCode": code,
        "Errors": list(errors) if isinstance(errors, (list, tuple)) else errors,
        "SuccessEntitys": list(entities) if isinstance(entities, (list, tuple)) else entities,
        "SuccessMessages": list(messages) if isinstance(messages, (list, tuple)) else messages,
        **more,
    }


def error(text: str = "不行", index: object = 0, field_name: str | None = None) -> dict[str, Any]:
    """One of Errors[]."""
    return {"FieldName": field_name, "Message": text, "DIndex": index}


def entity(bill_id: object = 100_502, number: str = "FKD1", index: int = 0) -> dict[str, Any]:
    """One of SuccessEntitys[]."""
    return {"Id": bill_id, "Number": number, "DIndex": index}


def result(block: object, **more: object) -> dict[str, Any]:
    """A `Result` with its ResponseStatus."""
    return {"Result": {"ResponseStatus": block, **more}}


def refusal(code: int = 11, text: str = "不行") -> dict[str, Any]:
    """The whole call is refused."""
    return result(status(success=False, code=code, errors=[error(text)], ErrorCode=500))


def verdict(outcome: Outcome[Any]) -> tuple[str, Code | None, bool]:
    """Class, code and transience."""
    match outcome:
        case Done():
            return "done", None, False
        case DefinitelyNot(why, transient):
            return "no", why.code, transient
        case Unknown(why):
            return "unknown", why.code, False


Answer = Callable[[httpx.Request], httpx.Response]


@dataclass(slots=True)
class Server:
    """A tenant that answers as scripted: each answer once, the last one for ever."""

    answers: list[object]
    settings: Mapping[str, Any] = field(default_factory=dict)
    clock: FakeClock = field(default_factory=FakeClock)
    requests: list[httpx.Request] = field(default_factory=list)
    takes: timedelta = timedelta()
    """How long each answer takes."""

    def handle(self, request: httpx.Request) -> httpx.Response:
        """The next answer; an exception is raised, a response given as it is."""
        self.requests.append(request)
        self.clock.advance(self.takes)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, httpx.Response):
            return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)
        return httpx.Response(200, content=answer if isinstance(answer, bytes) else json.dumps(answer).encode())

    def client(self) -> K3CloudClient:
        """A client whose requests end here."""
        return K3CloudClient(
            ConnectionSettings("https://k3.example.invalid/K3Cloud/", **self.settings),
            CREDENTIALS,
            self.clock,
            SeededIds(),
            transport=httpx.MockTransport(self.handle),
        )

    def target(self, *lookups: Lookup, **changes: Any) -> K3CloudTarget:
        """The target whose requests end here."""
        return K3CloudTarget(self.client(), scheme(*lookups, **changes), self.clock)

    @property
    def operations(self) -> list[str]:
        """What was asked for, in order."""
        return [request.url.path.split(".")[-3] for request in self.requests]

    def body(self, at: int = -1) -> Any:
        """The JSON of a request, numbers with a point as Decimal."""
        return json.loads(self.requests[at].content, parse_float=Decimal)


def server(*answers: object, **settings: Any) -> Server:
    """A tenant with these answers."""
    return Server(list(answers), settings)
