"""Targets other than K3Cloud, as the scheme's file has them: any system that answers JSON, and Maycur's own results."""

from typing import Annotated, Literal, TypeAlias

from pydantic import Field, StringConstraints

from paysync.schemes.model_parts import PATH, FieldKey, Lines, Part, Request, Span, Text, Tree, optional

Endpoint: TypeAlias = Annotated[str, StringConstraints(pattern=PATH)]


class HttpCreate(Part):
    """Make one document from nothing but the row. Sent once; what no condition recognises is never taken for a no."""

    step: Literal["create"]
    endpoint: Endpoint = Field(description="Path of the call. May use the row's fields, payment.* and param.*.")
    method: Literal["POST", "PUT"] = optional("HTTP method.", "POST")
    request: Request = Field(description="The JSON body. May use the row's fields, payment.* and param.*.")
    labels: dict[str, Text] = optional("What the request's fields are called, for people.", {})
    done_when: Lines = Field(description="The answer that proves that the document was made.", min_length=1)
    refused_when: Lines = optional("An answer that proves that nothing was made, until somebody acts.", [])
    busy_when: Lines = optional("An answer that proves that nothing was made, but may be later.", [])
    id: str = optional("Where the document's id lies, e.g. body.data.id; none: the payment's key.", "")
    number: str = optional("Where the number lies by which people know it; none: its id.", "")
    idempotency_header: str = optional("The header by which the vendor promises to carry out one key once.", "")
    idempotency_kept: Span = optional("How long the vendor remembers such a key.", "24 h")


class HttpFind(Part):
    """Ask by GET which documents carry our reference: before each create, and when an answer was lost."""

    step: Literal["find"]
    endpoint: Endpoint = Field(description="Path of the call. May use payment.key and param.*.")
    request: Request = optional("The query. May use payment.key and param.*.", {})
    row_path: Text = Field(description="Where the documents lie, a list or one: e.g. body.data.items.")
    id: Text = Field(description="The document's id, within the document.")
    number: str = optional("Its number, within the document; none: its id.", "")
    reference: Text = Field(description="The payment's key, within the document: compared again.")
    voided_when: Lines = optional("Which documents do not count. Looks at the document's own fields.", [])
    success_when: Lines = optional("What an answer with documents looks like; left out: status 200 to 299.", [])
    none_when: Lines = optional("An answer that says “none” in another way than by an empty list.", [])


class HttpRead(Part):
    """Read a document by its id (GET) and compare it with the payment, to the cent, before it is called done."""

    step: Literal["read"]
    endpoint: Endpoint = Field(description="Path of the call; must use bill.id. May use param.*.")
    row_path: Text = Field(description="Where the document lies, e.g. body.data.")
    number: str = optional("Its number, within the document; none: its id.", "")
    amount: FieldKey = Field(description="The payment's amount, within the document.")
    expect: dict[FieldKey, Tree] = optional("Other fields of the document and what they must say.", {})
    voided_when: Lines = optional("Which documents do not count. Looks at the document's own fields.", [])
    success_when: Lines = optional("What an answer with the document looks like; left out: status 200 to 299.", [])
    gone_when: Lines = optional("An answer that says that there is no such document, e.g. status eq 404.", [])


HttpStep: TypeAlias = Annotated[HttpCreate | HttpFind | HttpRead, Field(discriminator="step")]


class HttpTarget(Part):
    """Documents in any system that answers JSON. A condition looks at `status` and at `body.…`."""

    connector: Literal["http"] = Field(description="The system: any, at the stack's HttpBaseUrl.")
    form: Text = Field(description="What the documents are called; with their id it names one for ever.")
    headers: dict[str, str] = optional("Sent with each request. May use secret.* and param.*.", {})
    steps: list[HttpStep] = Field(description="create; with find and read before it is called done.", min_length=1)
    busy_when: Lines = optional("A read that is asked to come again later; left out: status 429.", [])
    denied_when: Lines = optional("An answer that refuses the credentials; left out: status 401.", [])
    currencies: dict[str, Text] = optional("ISO code and the target's name of that currency.", {})


class MaycurCreate(Part):
    """One call of Maycur that writes a payment's result. ACK is done; NACK with the row's reason is refused."""

    step: Literal["create"]
    endpoint: Endpoint = Field(description="Path of the call. May use param.*.")
    request: Request = Field(description="The call's `data`. May use the row's fields, payment.* and param.*.")
    labels: dict[str, Text] = optional("What the request's fields are called, for people.", {})


class MaycurTarget(Part):
    """Results of payments, written into Maycur. It cannot be asked what became of a lost answer."""

    connector: Literal["maycur"] = Field(description="The system.")
    form: Text = Field(description="What the results are called; with the payment's key it names one for ever.")
    steps: list[MaycurCreate] = Field(description="create.", min_length=1)
    currencies: dict[str, Text] = optional("ISO code and the target's name of that currency.", {})
