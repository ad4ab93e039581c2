"""Schedule, start and remedy of a scheme's file, as the core gets them."""

from datetime import timedelta
from pathlib import Path

import pytest

from paysync.core.due import Rate, schedule_of
from paysync.core.errors import SchemeError
from paysync.core.scheme import Scheme
from paysync.core.times import from_iso
from paysync.schemes.load import load

SMALL = (Path(__file__).parent / "small.yaml").read_text(encoding="utf-8")
SINCE = """  since:
    label: { en: start, zh: 起始 }
    find: { en: ask, zh: 询问 }
    default: ""
"""


def scheme(folder: Path, *lines: str, **bound: str) -> Scheme:
    """The small scheme with these lines in its source."""
    told = "".join(f"  {line}\n" for line in lines)
    text = SMALL.replace("  paid_time: paid\n", f"  paid_time: paid\n{told}")
    if any("param.since" in line for line in lines):
        text = text.replace("parameters:\n", f"parameters:\n{SINCE}", 1)
    file = folder / "small.yaml"
    file.write_text(text, encoding="utf-8")
    return load(file, {"rule_id": "R", **bound})


def test_without_them_a_scheme_keeps_the_stacks_pace(tmp_path: Path) -> None:
    """All three are optional."""
    source = scheme(tmp_path).source
    assert (source.schedule, source.since, source.remedy) == (None, None, None)


def test_a_scheme_may_say_its_own(tmp_path: Path) -> None:
    """A day without zone is China's; what the remedy does not replace stays as the request has it."""
    source = scheme(
        tmp_path,
        "schedule: rate(2 hours)",
        "since: 2025-02-01",
        "remedy: { schedule: 'cron(30 1 * * ? *)', span: 2 d, request: { page: 'p{{page.number}}' } }",
    ).source
    assert source.schedule == Rate(timedelta(hours=2))
    assert source.since == from_iso("2025-01-31T16:00:00Z")
    assert source.remedy is not None
    assert (source.remedy.schedule, source.remedy.span) == (schedule_of("cron(30 1 * * ? *)"), timedelta(days=2))
    asked, replaced = source.request, source.asking_for_remedy().request
    assert isinstance(asked, dict)
    assert isinstance(replaced, dict)
    assert [name for name in asked if asked[name] != replaced[name]] == ["page"]


def test_the_start_may_be_a_parameter(tmp_path: Path) -> None:
    """A start belongs to a customer, so a shipped file need not be edited for it. Empty: the stack's."""
    line = 'since: "{{param.since}}"'
    assert scheme(tmp_path, line).source.since is None
    assert scheme(tmp_path, line, since="2025-02-01T00:00:00Z").source.since == from_iso("2025-02-01T00:00:00Z")
    with pytest.raises(SchemeError, match=r"source\.since is 'soon'"):
        scheme(tmp_path, line, since="soon")
