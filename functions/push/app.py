"""push: messages become bills in K3Cloud. Wiring only; `paysync.core.push` says how."""

import os
from typing import Any

from paysync.adapters.aws import events
from paysync.bootstrap import deadline_of, push_ports
from paysync.core.push import push_batch

ports = push_ports(os.environ)
logger, metrics = ports.journal.logger, ports.journal.metrics


@logger.inject_lambda_context
@metrics.log_metrics
def lambda_handler(event: dict[str, Any], context: Any) -> events.Answer:
    """Work through one delivery. SQS may delete only what a row explains."""
    received = events.received(event)
    verdicts = push_batch(received, ports.schemes(), deadline=deadline_of(ports.clock, context), takers=ports.takers())
    return events.answer(received, verdicts)
