"""The scheme's file as pydantic sees it: which keys there are, what each may hold, and what it is when left out.

Only the shape is judged here, value by value; what values say to each other is judged in `rules`. A description is what
the JSON Schema, and so the editor, and docs/reference/scheme.md show.
"""

from decimal import Decimal
from typing import Annotated, Literal, TypeAlias

from pydantic import Field, StringConstraints
from pydantic.json_schema import SkipJsonSchema

from paysync.core.scheme import FieldType, OnMiss, Paging, Strategy
from paysync.schemes.http_model import HttpTarget, MaycurTarget
from paysync.schemes.model_parts import (
    CURRENCY,
    ENDPOINT,
    VERSION,
    FieldKey,
    Line,
    Lines,
    Name,
    Part,
    Request,
    Scalar,
    Span,
    Text,
    Titles,
    Tree,
    Word,
    optional,
)


class Parameter(Part):
    """A value that belongs to a customer. It is bound per stack; without a default the scheme does not run unbound."""

    label: Titles = Field(description="What it is.")
    find: Titles = Field(description="Where whoever binds it finds its value.")
    example: str = optional("A value as it may look; never used.", "")
    default: str | None = optional("What it is where the stack does not bind it.", None)


class SourceField(Part):
    """A declared field of the source's rows."""

    label: Text = Field(description="What a person calls it.")
    type: FieldType = Field(description="What it holds.", strict=False)
    required: bool = optional("A row without it is rejected.", default=False)
    sensitive: bool = optional("Masked wherever a person or a log sees it.", default=False)


class Flatten(Part):
    """One payment for each child row: the child's fields are called `<list>_<field>`."""

    list: Text = Field(description="The field with the child rows.")
    key: Text = Field(description="The child's own key; the payment's key ends in it.")


class Remedy(Part):
    """Reading a span again on a schedule of its own, by a request that may differ (补漏)."""

    schedule: Text = Field(description="When, as source.schedule; may be a parameter.")
    span: Span = optional("How far back it reads, up to now less safety_delay, but never before the start.", "1 d")
    request: Request = optional("Each replaces the field of this name in source.request; the others stay.", {})


class Source(Part):
    """Where payments come from."""

    connector: str = Field(description="The system.")
    endpoint: Annotated[str, StringConstraints(pattern=ENDPOINT)] | None = optional(
        "Path of the list; none for paysync.", None
    )
    method: Literal["POST", "GET"] = optional("HTTP method.", "POST")
    request: Request = optional(
        "What is asked for; none for paysync. May use window.start, window.end, page.number, page.size and param.*.", {}
    )
    labels: dict[str, Text] = optional("What the request's fields are called, for people.", {})
    row_path: Text = optional("Where the rows lie in the answer: a dotted path, or auto.", "auto")
    null_means_empty: bool = optional("`data: null` is an empty list on this tenant.", default=False)
    fields: dict[str, SourceField] = Field(description="Every field that is used, by its name.", min_length=1)
    key: Text = Field(description="The field that tells payments apart, for ever.")
    number: Text = Field(description="The field with the number of the document that was paid.")
    amount: Text = Field(description="The field with the sum.")
    paid_time: Text = Field(description="The field with the time of payment: it decides the accounting period.")
    currency: Annotated[str, StringConstraints(pattern=CURRENCY)] = optional("ISO code of every row.", "CNY")
    currency_field: str = optional("The field with the ISO code, where rows have one.", "")
    where: list[list[Line]] = optional("Which rows count: one of the lists must hold in all its lines.", [])
    flatten: Flatten | None = optional("Child rows as payments of their own.", None)
    paging: Paging = Field(
        default=Paging.UNION, strict=False, description="What page.number means; union until doctor has found out."
    )
    page_size: int = Field(default=50, ge=2, le=1000, description="Rows asked for at once.")
    requests_per_second: int | Decimal = Field(default=2, gt=0, le=100, description="How fast the source is asked.")
    max_window: Span = optional("The longest span that is asked for at once.", "1 d")
    overlap: Span = optional("How far back each run reads again.", "3 d")
    deep_scan: Span = optional("How far back the nightly run reads again.", "35 d")
    safety_delay: Span = optional("How far behind now a window ends.", "5 min")
    schedule: str = optional(
        "Its own pace, in China's time: rate(2 hours) or cron(minute hour day month weekday year), such as "
        "cron(30 2 * * ? *); may be a parameter. Looked at with every tick of FetchSchedule. Empty: at every tick. "
        "Of a stack's first scheme FetchSchedule holds.",
        "",
    )
    since: str = optional(
        "Where its own first window starts, ISO 8601; may be a parameter. Nothing paid before it is booked. Empty: at "
        "FetchSince. Of a stack's first scheme FetchSince holds.",
        "",
    )
    remedy: Remedy | None = optional("Reading again by a request that differs, on a schedule of its own.", None)


class KnownSource(Source):
    """Payments from a list of Maycur, or from another scheme."""

    connector: Literal["maycur", "paysync"] = Field(
        description="The system; paysync: rows that another scheme hands over by its call_back."
    )


class HttpSource(Source):
    """Payments from a list of any system that answers JSON. A condition looks at `status` and at `body.…`."""

    connector: Literal["http"] = Field(description="The system: any, at the stack's HttpBaseUrl.")
    headers: dict[str, str] = optional("Sent with each request. May use secret.* and param.*.", {})
    success_when: Lines = optional("What an answer with rows looks like; left out: status 200 to 299.", [])
    empty_when: Lines = optional("An answer that says “no rows” in another way than by an empty list.", [])
    busy_when: Lines = optional("An answer that asks to come again later; left out: status 429.", [])
    denied_when: Lines = optional("An answer that refuses the credentials; left out: status 401.", [])


class Lookup(Part):
    """One value found in a form of the target, by equality."""

    find: FieldKey = Field(description="The field whose value is wanted.")
    in_: Text = Field(alias="in", description="The form that is searched, or the collection.")
    kind: Literal["form", "scheme"] = optional("What `in` names: a form, or (scheme) a collection.", "form")
    where: dict[FieldKey, str] = Field(description="Field and the value it must have; all of them.", min_length=1)
    usable: dict[FieldKey, str | list[str]] = optional("Field and the values of a record that may be used.", {})
    on_none: OnMiss = Field(default=OnMiss.PARK, strict=False, description="When nothing usable is found.")
    on_many: OnMiss = Field(default=OnMiss.PARK, strict=False, description="When several results are found.")
    default: Scalar = optional("The value for on_none or on_many: default.", None)
    sensitive: bool = optional("What it finds is masked wherever a person or a log sees it.", default=False)


class Push(Part):
    """Make one bill from one source document, by a conversion rule."""

    step: Literal["push"]
    request: Request = Field(description="The call's data. May use the row's fields, lookup.*, payment.* and param.*.")
    labels: dict[str, Text] = optional("What the request's fields are called, for people.", {})


class Create(Part):
    """Make one bill from nothing but the row."""

    step: Literal["create"]
    request: Request = Field(description="The call's data, with its Model; must set the reference field.")
    labels: dict[str, Text] = optional("What the request's fields are called, for people.", {})


class Save(Part):
    """What the finished bill must say: saved where it differs, read back and compared to the cent."""

    step: Literal["save"]
    head: dict[FieldKey, Tree] = Field(description="Field and value; {FNumber: …} for a reference.", min_length=1)
    entry: str = optional("Key of the payment entries; none: the head only.", "")
    entry_id: str = optional("Key of an entry's own id.", "")
    each: dict[FieldKey, Tree] = optional("Set on every entry.", {})
    amounts: list[FieldKey] = optional("Entry fields that hold the amount; the last one is compared.", [])
    expect: dict[FieldKey, Tree] = optional("Head fields that are compared and never written.", {})


class Submit(Part):
    """Submit the bill."""

    step: Literal["submit"]


class Audit(Part):
    """Audit the bill."""

    step: Literal["audit"]


Step: TypeAlias = Annotated[Push | Create | Save | Submit | Audit, Field(discriminator="step")]


class Target(Part):
    """Which bills are made in K3Cloud, and by which steps."""

    connector: Literal["k3cloud"] = Field(description="The system.")
    form: Text = Field(description="The form of the bill.")
    source_form: str = optional("The form of the source document; none where bills are made from the row.", "")
    reference_field: FieldKey = Field(description="The bill's free field that carries the payment's key.")
    steps: list[Step] = Field(description="In this order: push or create, save, submit, audit.", min_length=1)
    strategy: Strategy = Field(
        default=Strategy.LINK, strict=False, description="How bills are traced to their source document."
    )
    currencies: dict[str, Text] = optional("ISO code and the target's number of that currency.", {})
    options: dict[str, Scalar] = optional("Settings of the connector, e.g. a tenant's own field keys.", {})


class CallBack(Part):
    """A row for another scheme once the bill is done; its failure does not fail the payment."""

    scheme: str = Field(description="The other scheme; may be a parameter. Empty: no row.")
    fields: dict[str, Tree] = Field(description="Field and value. May use pushed.Id and pushed.Number.", min_length=1)


class Policies(Part):
    """What the customer decides, not the protocol."""

    on_unresolved: Literal["park", "repush_once"] = optional("What becomes of a Push that left no trace.", "park")
    attestation: str = optional("Who attested, when, for which tenant, that a repush is safe.", "")
    quiet_period: Span = optional("Longer than any request can still be running.", "600 s")
    closed_period: Literal["hold", "reject"] = optional("A date in a closed period: wait, or refuse.", "hold")
    wake_after: Span = optional("How long a row may stand without progress.", "15 min")


class Test(Part):
    """A row, what the lookups would answer, and what must be sent."""

    name: Text = Field(description="What it shows.")
    parameters: dict[Word, str] = optional("Values of parameters.", {})
    row: dict[str, Tree] = Field(description="The row as the source sends it.")
    key: str = optional("Which payment of the row is meant, where it gives several.", "")
    lookups: dict[Word, Scalar | list[Scalar]] = optional("The answer of each lookup; a list: all its results.", {})
    expect: dict[str, Tree] = Field(
        description="What a step sends (fetch, lookup.<name>, push, create, save, submit, audit, call_back), or the "
        "code of a payment that is rejected or parked, or how many are skipped.",
        min_length=1,
    )


class CollectionField(Part):
    """A field of a collection's rows."""

    label: Text = Field(description="What a person calls it.")
    sensitive: bool = optional("Masked wherever a person or a log sees it.", default=False)


class CollectionFile(Part):
    """A form of the target under a name of its own, whose rows lookups read (`kind: scheme`)."""

    schema_: SkipJsonSchema[str] = Field(default="", alias="$schema")
    collection: Name = Field(description="Its name, which is the file's.")
    version: Annotated[str, StringConstraints(pattern=VERSION)] = Field(
        description="Raised by whoever changes the file."
    )
    title: Titles = Field(description="What it is called.")
    connector: Literal["k3cloud"] = Field(description="The system.")
    form: Text = Field(description="The form.")
    key: FieldKey = Field(description="The field with a record's internal id, a whole number: pages follow it.")
    fields: dict[FieldKey, CollectionField] = Field(description="The fields that lookups may use.", min_length=1)
    by: list[list[FieldKey]] = Field(
        description="Sets of fields that rows are found by: a lookup's `where` must hold all of one.", min_length=1
    )
    usable: dict[FieldKey, str | list[str]] = optional("Field and the values of a record that may be used.", {})
    every: Span = optional("How long a reading is left as it is; then the next run of fetch reads anew.", "5 min")
    max_age: Span = optional("How old a reading may be; then lookups ask the system itself.", "30 min")


class SchemeFile(Part):
    """A scheme: one integration in one file."""

    schema_: SkipJsonSchema[str] = Field(default="", alias="$schema")
    scheme: Name = Field(description="Its name, which is the file's.")
    version: Annotated[str, StringConstraints(pattern=VERSION)] = Field(
        description="Raised by whoever changes the file; each booked row names it."
    )
    title: Titles = Field(description="What it is called.")
    parameters: dict[Word, Parameter] = optional("What a customer binds.", {})
    source: KnownSource | HttpSource = Field(discriminator="connector")
    lookups: dict[Word, Lookup] = optional("Values that must be found before a bill is made.", {})
    target: Target | HttpTarget | MaycurTarget = Field(discriminator="connector")
    call_back: CallBack | None = None
    policies: Policies = Policies()
    tests: list[Test] = optional("Run by `paysync scheme test` and at every build.", [])
