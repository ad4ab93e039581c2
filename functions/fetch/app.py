"""fetch: what Maycur has paid becomes ledger rows, then messages. Wiring only; `paysync.core.fetch` says how."""

import os
from typing import Any

from paysync.adapters.aws.requests import FetchRequest, report_document
from paysync.bootstrap import deadline_of, fetch_ports
from paysync.core import fetch

ports = fetch_ports(os.environ)
logger, metrics = ports.journal.logger, ports.journal.metrics


@logger.inject_lambda_context
@metrics.log_metrics
def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """One run (or deep scan, or backfill) of a scheme. A run that cannot go on raises, and nothing is half-done."""
    request = FetchRequest.of(event)
    scheme, deadline = ports.scheme(request.scheme), deadline_of(ports.clock, context)
    match request.mode:
        case "run":
            report = fetch.run(scheme, deadline=deadline)
        case "deep_scan":
            report = fetch.deep_scan(scheme, deadline=deadline)
        case "backfill":
            report = fetch.backfill(scheme, request.window(), deadline=deadline)
    logger.info("fetched", extra=report_document(report))
    return report_document(report)
