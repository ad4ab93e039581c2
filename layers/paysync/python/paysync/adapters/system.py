"""The real clock and real chance: the one file that may ask for them."""

import os
import random
import time
from datetime import UTC, datetime, timedelta
from typing import Final

from paysync.core.times import Instant

_CHANCE: Final = random.SystemRandom()


class SystemClock:
    """The machine's time, cut to the millisecond: what is written to the ledger and read back is then the same."""

    def now(self) -> Instant:
        """The present."""
        at = datetime.now(UTC)
        return at.replace(microsecond=at.microsecond // 1000 * 1000)

    def pause(self, span: timedelta) -> None:
        """Let `span` pass; nothing or less passes at once."""
        time.sleep(max(0.0, span.total_seconds()))


class SystemIds:
    """Chance from the operating system: two sandboxes started from one snapshot still draw different ids."""

    def token(self) -> str:
        """32 hexadecimal digits (a transaction's own token may have at most 36)."""
        return os.urandom(16).hex()

    def fraction(self) -> float:
        """A number in [0, 1)."""
        return _CHANCE.random()
