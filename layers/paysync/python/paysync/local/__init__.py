"""A local AWS with the real template deployed on it: for the demo, for tests, for trying paysync by hand.

Needs a checkout with its `.sam` and `.local-aws` environments (`make dev`). The product knows nothing of this: a
function that runs here finds its AWS by AWS_ENDPOINT_URL alone.
"""

from paysync.local.aws import workers
from paysync.local.errors import LocalError
from paysync.local.stack import current, down, restart, up
from paysync.local.state import LocalStack, StackOutputs

__all__ = ["LocalError", "LocalStack", "StackOutputs", "current", "down", "restart", "up", "workers"]
