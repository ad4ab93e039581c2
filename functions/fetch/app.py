"""fetch: what Maycur has paid becomes ledger rows, then messages. Wiring only; `paysync.core.fetch` says how."""

import os
from itertools import chain
from typing import TYPE_CHECKING, Any

from paysync.adapters.aws.requests import FetchRequest, report_document
from paysync.bootstrap import deadline_of, fetch_ports
from paysync.core import fetch
from paysync.core.collect import CollectPorts, collect
from paysync.core.runs import for_each
from paysync.core.tick import tick

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Due = Callable[[], fetch.FetchPorts | CollectPorts]

ports = fetch_ports(os.environ)
logger, metrics = ports.journal.logger, ports.journal.metrics


@logger.inject_lambda_context
@metrics.log_metrics
def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """One run, deep scan or backfill, by scheme. What fails raises after the others ran, and nothing is half-done."""
    request, deadline = FetchRequest.of(event), deadline_of(ports.clock, context)

    def run(scheme: fetch.FetchPorts | CollectPorts) -> dict[str, Any]:
        if isinstance(scheme, CollectPorts):
            return report_document(collect(scheme, deadline=deadline, now_whatever=bool(request.scheme)))
        match request.mode:
            case "run" if request.scheme:
                report = fetch.run(scheme, deadline=deadline)
            case "run":
                report = tick(scheme, deadline=deadline)
            case "deep_scan":
                report = fetch.deep_scan(scheme, deadline=deadline)
            case "remedy":
                report = fetch.Report()
                fetch.remedy(scheme, report, deadline=deadline)
            case "backfill":
                report = fetch.backfill(scheme, request.window(), deadline=deadline)
        return report_document(report)

    collections = ports.collections(request.scheme) if request.mode == "run" else ()
    due: Iterable[tuple[str, Due]] = chain(ports.schemes(request.scheme), collections)
    reports = for_each(due, run, journal=ports.journal)
    logger.info("fetched", extra={"reports": reports})
    return reports
