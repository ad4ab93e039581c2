"""What is said of each diagnosis code, in English and Chinese: pure data, one module per part before the dot.

Above each code a comment says which particulars its texts take: `Diagnosis.of` must supply them, and one that it does
not stays visible as `{name}`. What each name holds stands in PARTICULARS. In English texts, Chinese stands only in
“quotes”: what K3Cloud's and Maycur's pages call a thing. In Chinese texts, menus stand in 【brackets】.

A code's kind is not only for readers: of the definite refusals that are not transient, push pauses on `credential`,
parks on `review` and rejects the rest.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from paysync.core.catalogue.bill import BILL
from paysync.core.catalogue.call_back import CALL_BACK
from paysync.core.catalogue.check import CHECK
from paysync.core.catalogue.collection import COLLECTION
from paysync.core.catalogue.doubt import DOUBT
from paysync.core.catalogue.erp_access import ERP_ACCESS
from paysync.core.catalogue.erp_outage import ERP_OUTAGE
from paysync.core.catalogue.erp_refusal import ERP_REFUSAL
from paysync.core.catalogue.http import HTTP
from paysync.core.catalogue.lookup import LOOKUP
from paysync.core.catalogue.maycur import MAYCUR
from paysync.core.catalogue.page import PAGE
from paysync.core.catalogue.payment import PAYMENT
from paysync.core.catalogue.paysync import PAYSYNC
from paysync.core.catalogue.reconcile import RECONCILE
from paysync.core.catalogue.secret import SECRET
from paysync.core.catalogue.source import SOURCE
from paysync.core.codes import Code
from paysync.core.diagnosis import Explanation

__all__ = ["CATALOGUE", "PARTICULARS"]

CATALOGUE: Final[Mapping[Code, Explanation]] = MappingProxyType(
    {
        **PAYSYNC,
        **SECRET,
        **PAYMENT,
        **SOURCE,
        **LOOKUP,
        **ERP_REFUSAL,
        **ERP_ACCESS,
        **ERP_OUTAGE,
        **DOUBT,
        **BILL,
        **CALL_BACK,
        **MAYCUR,
        **HTTP,
        **PAGE,
        **COLLECTION,
        **CHECK,
        **RECONCILE,
    }
)

PARTICULARS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "amount": "the payment's amount, as plain decimal text",
        "appeared": "paths of fields that are new, separated by commas; - for none",
        "asked": "what was looked up, masked to its last digits",
        "bill": "number of the payment bill, or its internal id while it has no number",
        "bills": "numbers of several payment bills, separated by commas; for `bill.foreign` how many there are",
        "documents": "how many source documents were found",
        "entries": "how many entries the bill has",
        "failed": "names of the schemes that could not run, separated by commas",
        "field": "name of one field, as the vendor calls it",
        "fields": "names of several fields, separated by commas",
        "form": "form in which was looked up, e.g. CN_BANKACNT",
        "found": "what was found instead of what was wanted",
        "looks": "how many times K3Cloud was asked",
        "lookup": "name of the lookup in the scheme",
        "number": "number of the payment application",
        "open": "what is still open on the application, as plain decimal text",
        "operation": "the K3Cloud call, e.g. Push, Save, ExecuteBillQuery",
        "ours": "currency of the payment",
        "owner": "key of the payment that owns the bill",
        "ran": "names of the schemes that ran, separated by commas",
        "results": "how many records were found",
        "rows": "how many rows came",
        "retyped": "paths of fields with their types before and now, separated by commas; - for none",
        "scheme": "name of a scheme",
        "setting": "name of the setting or stack parameter, or a secret's ARN; never its value",
        "remedy": "what to do, in a sentence",
        "size": "how many rows were asked for",
        "status": "document status (Z, A, B, C, D) of the application, or an HTTP status",
        "system": "the system that the scheme writes into",
        "theirs": "currency of the application",
        "vanished": "paths of fields that are gone, separated by commas; - for none",
        "vendor": "the vendor's own words",
        "waits_for": "key of the payment that holds the application",
        "wanted": "what was expected",
        "what": "what is wrong, in a few words; for `doubt.mismatch` which of reference, creator, currency, amount",
        "why": "what is wrong with the field, going on from its name; never its value",
        "window": "start and end of the time window",
    }
)
