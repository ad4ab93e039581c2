"""reconcile: Maycur, the ledger and K3Cloud side by side; every night a look at what the next payments will need.

Wiring only; `paysync.core.reconcile` and `paysync.core.check` say how.
"""

import os
from itertools import chain
from typing import TYPE_CHECKING, Any

from paysync.adapters.aws.requests import ReconcileRequest, check_document, report_document
from paysync.bootstrap import deadline_of, reconcile_ports
from paysync.bootstrap.in_time import in_time
from paysync.core.check import CheckPorts, check
from paysync.core.reconcile import ReconcilePorts, reconcile
from paysync.core.runs import for_each

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Due = Callable[[], ReconcilePorts | CheckPorts]

ports = reconcile_ports(os.environ)
logger, metrics = ports.journal.logger, ports.journal.metrics


@logger.inject_lambda_context
@metrics.log_metrics
def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Compare one range, by scheme; by schedule the last 35 days, up to yesterday's end, and check the targets."""
    request, deadline = ReconcileRequest.of(event), deadline_of(ports.clock, context)
    window = request.window(ports.clock.now())

    def run(scheme: ReconcilePorts | CheckPorts) -> dict[str, Any]:
        if isinstance(scheme, CheckPorts):
            document = check_document(check(scheme))
            ports.keep_check(scheme.scheme.name, document)
            return document
        document = report_document(reconcile(scheme, window))
        ports.keep(scheme.fetch.scheme.name, document)
        return document

    checks = ports.checks(request.scheme) if request.by_schedule else ()
    due: Iterable[tuple[str, Due]] = chain(ports.schemes(request.scheme), checks)
    reports = for_each(in_time(due, ports.clock, deadline), run, journal=ports.journal)
    logger.info("compared", extra={"reports": reports})
    return reports
