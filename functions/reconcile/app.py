"""reconcile: Maycur, the ledger and K3Cloud side by side. Wiring only; `paysync.core.reconcile` says how."""

import os
from typing import Any

from paysync.adapters.aws.requests import ReconcileRequest, report_document
from paysync.bootstrap import reconcile_ports
from paysync.core.reconcile import ReconcilePorts, reconcile
from paysync.core.runs import for_each

ports = reconcile_ports(os.environ)
logger, metrics = ports.journal.logger, ports.journal.metrics


@logger.inject_lambda_context
@metrics.log_metrics
def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Compare one range, by scheme; by schedule the last 35 days, up to yesterday's end."""
    del context
    request = ReconcileRequest.of(event)
    window = request.window(ports.clock.now())

    def run(scheme: ReconcilePorts) -> dict[str, Any]:
        document = report_document(reconcile(scheme, window))
        ports.keep(scheme.fetch.scheme.name, document)
        return document

    reports = for_each(ports.schemes(request.scheme), run)
    logger.info("compared", extra={"reports": reports})
    return reports
