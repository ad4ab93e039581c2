"""sweep: wakes what stands still. Calls no vendor. Wiring only; `paysync.core.sweep` says how."""

import os
from typing import Any

from paysync.adapters.aws.requests import report_document
from paysync.bootstrap import sweep_ports
from paysync.core.runs import for_each
from paysync.core.standing import tell_standing
from paysync.core.sweep import SweepPorts, sweep

ports = sweep_ports(os.environ)
logger, metrics = ports.journal.logger, ports.journal.metrics


@logger.inject_lambda_context
@metrics.log_metrics
def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """One run over every scheme of the stack."""
    del event, context

    def run(scheme: SweepPorts) -> dict[str, Any]:
        report = report_document(sweep(scheme))
        tell_standing(scheme)
        return report

    reports = for_each(ports.schemes(), run, journal=ports.journal)
    logger.info("swept", extra={"reports": reports})
    return reports
