"""reconcile: Maycur, the ledger and K3Cloud side by side. Wiring only; `paysync.core.reconcile` says how."""

import os
from typing import Any

from paysync.adapters.aws.requests import ReconcileRequest, report_document
from paysync.bootstrap import reconcile_ports
from paysync.core.reconcile import reconcile

ports = reconcile_ports(os.environ)
logger, metrics = ports.journal.logger, ports.journal.metrics


@logger.inject_lambda_context
@metrics.log_metrics
def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Compare one range; by schedule the last 35 days, up to yesterday's end."""
    del context
    request = ReconcileRequest.of(event)
    report = reconcile(ports.scheme(request.scheme), request.window(ports.clock.now()))
    document = report_document(report)
    ports.keep_report(document, request.scheme)
    logger.info("compared", extra=document)
    return document
