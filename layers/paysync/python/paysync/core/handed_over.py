"""The source of a scheme whose rows another scheme hands over: there is nobody to ask."""

from paysync.core.errors import DefectError
from paysync.core.outcomes import Outcome
from paysync.core.ports import SourcePage
from paysync.core.times import Window


class HandedOver:
    """`core.ports.Source`, where a port must be given although nothing is fetched."""

    def page(self, window: Window, number: int) -> Outcome[SourcePage]:
        """Nobody asks; whoever does has a defect."""
        raise DefectError.of(f"page {number} of {window} is asked of a source whose rows are handed over")
