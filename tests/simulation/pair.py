"""The scheme that the world runs: the shipped pair of forms in short, with a quiet period that fits its lateness."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Final, Literal

from paysync.core.scheme import (
    HANDED_OVER,
    CallBack,
    FieldSpec,
    FieldType,
    Lookup,
    OnMiss,
    Paging,
    Policies,
    SaveStep,
    Scheme,
    SourcePart,
    Strategy,
    TargetPart,
    Template,
    Tree,
)
from paysync.core.templates import parse

NAME: Final = "sim"
AFTER: Final = "sim-after"
"""The scheme that booked payments are handed on to: it pushes the same application into bills of another form."""
SOURCE_FORM: Final = "CN_PAYAPPLY"
FORM: Final = "AP_PAYBILL"
AFTER_FORM: Final = "CN_AFTERPAY"
FORMS: Final = {NAME: FORM, AFTER: AFTER_FORM}
QUIET: Final = timedelta(minutes=30)


def _template(text: str) -> Template:
    template = parse(text)
    assert isinstance(template, Template)
    return template


_FIELDS: Final = (
    FieldSpec("paymentBizCode", "原始ID", FieldType.STRING, required=True),
    FieldSpec("payeeTargetBusinessCode", "单据号", FieldType.STRING, required=True),
    FieldSpec("payerAccountNumber", "支付账号", FieldType.STRING, required=True, sensitive=True),
    FieldSpec("payableAmount", "付款金额", FieldType.AMOUNT, required=True),
    FieldSpec("auditTimeStamp", "付款时间", FieldType.EPOCH_MS, required=True),
)
_REQUEST: Final[Mapping[str, Tree]] = {
    "Ids": "",
    "Numbers": (_template("{{payeeTargetBusinessCode}}"),),
    "RuleId": "rule",
    "TargetOrgId": _template("{{lookup.org|intval}}"),
    "TargetFormId": FORM,
    "IsDraftWhenSaveFail": "true",
}
_TARGET: Final = TargetPart(
    connector="k3cloud",
    form=FORM,
    source_form=SOURCE_FORM,
    make="push",
    make_request=_REQUEST,
    reference_field="FTHIRDBILLNO",
    save=SaveStep(
        head=(
            ("FDATE", _template("{{auditTimeStamp|date}}")),
            ("FTHIRDBILLNO", _template("{{paymentBizCode}}")),
        ),
        entry="FPAYBILLENTRY",
        entry_id="FEntryID",
        each=(("FACCOUNTID", {"FNumber": _template("{{payerAccountNumber}}")}),),
        amounts=("FPAYTOTALAMOUNTFOR", "FPAYAMOUNTFOR_E"),
        expect=(
            ("FCURRENCYID.FNumber", _template("{{payment.currency}}")),
            ("FPAYORGID", _template("{{lookup.org|intval}}")),
        ),
    ),
    submit=True,
    audit=True,
    strategy=Strategy.LINK,
    currencies={"CNY": "PRE001"},
    options={},
)
_LOOKUP: Final = Lookup(
    name="org",
    find="FUseOrgId",
    within="CN_BANKACNT",
    kind="form",
    where=(("FNumber", _template("{{payerAccountNumber}}")),),
    usable=(),
    on_none=OnMiss.PARK,
    on_many=OnMiss.PARK,
)


def scheme(
    *,
    paging: Paging = Paging.UNION,
    page_size: int = 6,
    repush: bool = False,
    closed_period: Literal["hold", "reject"] = "hold",
) -> Scheme:
    """The scheme with the settings that differ from run to run."""
    return Scheme(
        name=NAME,
        version="1-sim",
        title={"en": "simulated", "zh": "模拟"},
        parameters={},
        source=SourcePart(
            connector="maycur",
            endpoint="/paid/list",
            method="POST",
            request={},
            row_path="auto",
            null_means_empty=False,
            fields=_FIELDS,
            key="paymentBizCode",
            number="payeeTargetBusinessCode",
            amount="payableAmount",
            paid_time="auditTimeStamp",
            currency="CNY",
            currency_field="",
            where=(),
            flatten="",
            flatten_key="",
            paging=paging,
            page_size=page_size,
            requests_per_second=Decimal(2),
            max_window=timedelta(days=1),
            overlap=timedelta(hours=2),
            deep_scan=timedelta(days=3),
            safety_delay=timedelta(minutes=2),
        ),
        lookups=(_LOOKUP,),
        target=_TARGET,
        call_back=None,
        policies=Policies(
            on_unresolved="repush_once" if repush else "park",
            attestation="W. Tester, 2025-03-01" if repush else "",
            quiet_period=QUIET,
            closed_period=closed_period,
            wake_after=timedelta(minutes=10),
        ),
    )


def with_call_back(first: Scheme) -> tuple[Scheme, Scheme]:
    """The scheme as it hands each booked payment on, and the one that takes it: of the same key and source."""
    fields = tuple((spec.name, _template(f"{{{{{spec.name}}}}}")) for spec in _FIELDS)
    request = {**_REQUEST, "TargetFormId": AFTER_FORM}
    after = replace(
        first,
        name=AFTER,
        source=replace(first.source, connector=HANDED_OVER),
        target=replace(_TARGET, form=AFTER_FORM, make_request=request),
    )
    return replace(first, call_back=CallBack(AFTER, fields)), after
