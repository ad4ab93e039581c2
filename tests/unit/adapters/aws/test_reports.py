"""Reports of reconcile beside the ledger's rows: the last one is found, a monstrous one does not stop the run."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from fakes.system import START
from paysync.adapters.aws.reports import keep_report, latest_report

if TYPE_CHECKING:
    from unit.adapters.aws.conftest import Ground


def test_the_last_report_is_found(ground: "Ground") -> None:
    """Of its own scheme, by one request; before the first there is none."""
    assert latest_report(ground.client, "ledger", "s") is None
    for scheme, hours in (("s", 2), ("s", 1), ("other", 3)):
        keep_report(ground.client, "ledger", scheme, {"hours": hours}, at=START + timedelta(hours=hours))
    assert latest_report(ground.client, "ledger", "s") == {"hours": 2}
    assert ground.wire.requests["Query"] == 2


def test_of_very_many_findings_the_first_are_kept(ground: "Ground") -> None:
    """And the report says how many are not in it."""
    findings = [{"key": f"PAY-{i}", "ledger": "金额" * 50} for i in range(4_000)]
    keep_report(ground.client, "ledger", "s", {"findings": findings, "queued": 1}, at=START)
    kept: Any = latest_report(ground.client, "ledger", "s")
    assert kept["findings"] == findings[: len(kept["findings"])]
    assert 0 < len(kept["findings"]) == 4_000 - kept["left_out"]
    assert kept["queued"] == 1
