"""A checked scheme: one pair of documents, from the source's request to the bill's last step. Loaded by `schemes`."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from paysync.core.due import Schedule
from paysync.core.records import Scalar
from paysync.core.times import Instant

if TYPE_CHECKING:
    from paysync.core.exchanges import Exchange, Listing, Promise

_SYSTEMS: Final = {"k3cloud": "K3Cloud", "maycur": "Maycur"}
HANDED_OVER: Final = "paysync"
"""The connector of a source whose rows are handed over by another scheme's call-back."""


@dataclass(frozen=True, slots=True)
class Call:
    """A filter in a template: its name in the closed list and its arguments, literals all."""

    name: str
    arguments: tuple[str | int, ...] = ()


@dataclass(frozen=True, slots=True)
class Slot:
    """``{{path|filter|filter(argument)}}``: where the value comes from and what is done to it."""

    path: tuple[str, ...]
    calls: tuple[Call, ...] = ()


@dataclass(frozen=True, slots=True)
class Template:
    """Literal text and slots, in order. A template of one single slot may yield another type than text by a filter."""

    parts: tuple[str | Slot, ...]


Tree: TypeAlias = "Template | str | int | Decimal | bool | tuple[Tree, ...] | Mapping[str, Tree] | None"
"""A request as the scheme writes it: mappings and lists with templates and literals as leaves. Order is kept."""


class FieldType(StrEnum):
    """What a declared field of a source row holds."""

    STRING = "string"
    AMOUNT = "amount"
    EPOCH_MS = "epoch_ms"
    INTEGER = "integer"
    ANY = "any"


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """A declared field of the source row."""

    name: str
    label: str
    type: FieldType
    required: bool = False
    sensitive: bool = False
    """Masked wherever a person or a log sees it (account numbers)."""


class Paging(StrEnum):
    """What the source's page number means (maycur-openapi.md 7.4). UNION is complete under every reading."""

    UNION = "union"
    PAGE_FROM_1 = "page_1"
    OFFSET_FROM_0 = "offset_0"
    PAGE_FROM_0 = "page_0"
    OFFSET_FROM_1 = "offset_1"


@dataclass(frozen=True, slots=True)
class Condition:
    """One line of a row filter: `field` by dotted path, `logic` of the closed list, `value` a literal."""

    field: str
    logic: str
    value: Scalar = None


@dataclass(frozen=True, slots=True)
class Remedy:
    """Reading a span again on a schedule of its own, for what the regular runs cannot see (补漏)."""

    schedule: Schedule
    span: timedelta
    request: Mapping[str, Tree]
    """Each replaces the field of this name in the source's request; the others stay."""


@dataclass(frozen=True, slots=True)
class SourcePart:
    """Where rows come from and which of their fields mean what."""

    connector: str
    endpoint: str
    method: str
    request: Tree
    """May use `window.start`, `window.end`, `page.number`, `page.size` and `param.*`."""
    row_path: str
    """Where the rows lie in the answer: a dotted path, or `auto`."""
    null_means_empty: bool
    fields: tuple[FieldSpec, ...]
    key: str
    number: str
    """The field with the number of the document that was paid."""
    amount: str
    paid_time: str
    currency: str
    """ISO code of every row, unless `currency_field` names the field that has it."""
    currency_field: str
    where: tuple[tuple[Condition, ...], ...]
    """OR of ANDs; empty: every row."""
    flatten: str
    flatten_key: str
    paging: Paging
    page_size: int
    requests_per_second: Decimal
    max_window: timedelta
    overlap: timedelta
    deep_scan: timedelta
    safety_delay: timedelta
    schedule: Schedule | None = None
    """Its own pace; None: at every tick of the stack's."""
    since: Instant | None = None
    """Where its own first window starts; None: where the stack's does."""
    remedy: Remedy | None = None
    listing: "Listing | None" = None
    """How a system that paysync does not know is asked; None where the connector knows it."""

    def asking_for_remedy(self) -> "SourcePart":
        """The same source with its remedy's request."""
        if self.remedy is None or not isinstance(self.request, Mapping):
            return self
        return replace(self, request={**self.request, **self.remedy.request})

    @property
    def is_fetched(self) -> bool:
        """Whether there is something to ask; else another scheme hands its rows over."""
        return self.connector != HANDED_OVER


class OnMiss(StrEnum):
    """What a lookup without exactly one result does to the payment."""

    PARK = "park"
    REJECT = "reject"
    DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Collected:
    """The collection that a lookup reads before it asks: by these of its `where` fields, while it is young enough."""

    name: str
    by: tuple[str, ...]
    max_age: timedelta


@dataclass(frozen=True, slots=True)
class Lookup:
    """`find` FIELD `within` a form of the target where each field has its rendered value."""

    name: str
    find: str
    within: str
    kind: Literal["form", "scheme"]
    where: tuple[tuple[str, Template], ...]
    usable: tuple[tuple[str, tuple[str, ...]], ...]
    """Field and the values that make a record usable, e.g. FFORBIDSTATUS: A."""
    on_none: OnMiss
    on_many: OnMiss
    default: Scalar = None
    sensitive: bool = False
    """What it finds is masked wherever a person sees it (account numbers)."""
    collected: Collected | None = None


class Strategy(StrEnum):
    """How bills are traced to their source (k3cloud-webapi.md 10)."""

    LINK = "link"
    NUMBER = "number"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class SaveStep:
    """What the finished bill must say. Sent only where it differs, read back and compared; amounts last."""

    head: tuple[tuple[str, Tree], ...]
    """Field key → value; a mapping of one key is a reference, e.g. `{FNumber: …}`."""
    entry: str
    """Key of the payment entries, e.g. FPAYBILLENTRY; empty where the bill has none."""
    entry_id: str
    each: tuple[tuple[str, Tree], ...]
    """Set on every entry."""
    amounts: tuple[str, ...]
    """Entry fields set to the payment's amount where there is one entry; the last is the one that is compared."""
    expect: tuple[tuple[str, Tree], ...]
    """Head fields (as query keys, `FCURRENCYID.FNumber`) that are only read back and compared, never written."""


@dataclass(frozen=True, slots=True)
class TargetPart:
    """Which bills are made, from what, and by which steps."""

    connector: str
    form: str
    source_form: str
    """The form of the source document; empty where bills are made from nothing but the row."""
    make: Literal["push", "save", "send", "none"]
    make_request: Tree
    """The `data` of the making call; may use the row's fields, `lookup.*`, `param.*`."""
    reference_field: str
    """The bill's free field that carries the payment's key (FTHIRDBILLNO)."""
    save: SaveStep | None
    submit: bool
    audit: bool
    strategy: Strategy
    currencies: Mapping[str, str]
    """ISO code → the ERP's currency number."""
    options: Mapping[str, Scalar]
    """Settings of the connector for this scheme, each with its default in the connector."""
    finds: bool = True
    """It can be asked which bills carry our reference; else what became of a lost answer cannot be found out."""
    reads: bool = True
    """A bill can be read by its id; else its own answer is all that is known of it."""
    lists: bool = True
    """It can be asked for all bills of some days."""
    promise: "Promise | None" = None
    """The vendor's, by which a making call may be repeated."""
    exchange: "Exchange | None" = None
    """The calls to a system that paysync does not know; None where the connector knows it."""

    @property
    def system(self) -> str:
        """What a person calls it."""
        return _SYSTEMS.get(self.connector, "the target system")


@dataclass(frozen=True, slots=True)
class Policies:
    """What is decided by the customer, not by the protocol."""

    on_unresolved: Literal["park", "repush_once"]
    attestation: str
    """Who attested that a repush is safe, when, and for which tenant; without it `repush_once` is refused."""
    quiet_period: timedelta
    closed_period: Literal["hold", "reject"]
    wake_after: timedelta
    """How long a row may stand without progress before sweep wakes it."""


@dataclass(frozen=True, slots=True)
class CallBack:
    """A row that is put into another scheme after the bill is done; its failure does not fail the payment."""

    scheme: str
    fields: tuple[tuple[str, Tree], ...]


@dataclass(frozen=True, slots=True)
class Scheme:
    """One integration. `version` names the file's own version and a fingerprint of its content."""

    name: str
    version: str
    title: Mapping[str, str]
    parameters: Mapping[str, str]
    """Bind parameters with their values for this stack."""
    source: SourcePart
    lookups: tuple[Lookup, ...]
    target: TargetPart
    call_back: CallBack | None
    policies: Policies
