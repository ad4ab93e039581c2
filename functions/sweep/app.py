"""sweep: wakes what stands still. Calls no vendor. Wiring only; `paysync.core.sweep` says how."""

import os
from typing import Any

from paysync.adapters.aws.requests import report_document
from paysync.bootstrap import sweep_ports
from paysync.core.sweep import sweep

ports = sweep_ports(os.environ)
logger, metrics = ports.journal.logger, ports.journal.metrics


@logger.inject_lambda_context
@metrics.log_metrics
def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """One run over every scheme of the stack."""
    del event, context
    reports = {name: report_document(sweep(scheme)) for name, scheme in ports.schemes().items()}
    logger.info("swept", extra={"schemes": reports})
    return reports
