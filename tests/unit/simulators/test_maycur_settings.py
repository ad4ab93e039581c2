"""Settings: each default of the reference, every value switchable, nothing unknown accepted."""

import pytest

from simulators.maycur import voices
from simulators.maycur.settings import Settings, SettingsError, explained


def test_the_defaults_are_those_in_bold_in_the_reference() -> None:
    """Section 14."""
    values = Settings().values()
    bold = {
        "login_result": "data",
        "token_life_seconds": 1800,
        "ban_logins": 5,
        "ban_window_seconds": 60,
        "new_login": "keeps",
        "expired_token": "nack",
        "paging_reading": "A",
        "page_zero": "refused",
        "order": "newest",
        "bounds": "[)",
        "row_path": "data",
        "amounts": "number",
        "times": "number",
        "page_size_cap": 0,
        "max_span_seconds": 0,
        "empty": "[]",
        "throttling": "429",
    }
    assert {name: values[name] for name in bold} == bold


def test_every_choice_can_be_chosen_and_is_explained() -> None:
    """What `--help` offers is what the control API takes."""
    for each in explained():
        assert each.means
        for choice in each.choices:
            assert Settings().changed({each.name: choice}).values()[each.name] == choice


@pytest.mark.parametrize(
    "wrong",
    [
        {"colour": "red"},
        {"order": "random"},
        {"token_life_seconds": -1},
        {"token_life_seconds": True},
        {"token_life_seconds": "60"},
        {"paging_fields": 1},
    ],
)
def test_what_is_unknown_is_refused_with_what_would_be_valid(wrong: dict[str, object]) -> None:
    """The message names the setting and the values that it takes, or the settings that there are."""
    with pytest.raises(SettingsError, match=r"known are|it takes"):
        Settings().changed(wrong)


def test_a_plan_of_faults_reads_back_in_maycurs_words() -> None:
    """Own kinds travel inside the common plan and come out under their own names."""
    plan = [{"kind": kind, "operation": "paid_list", "times": 1} for kind in (*voices.OWN_KINDS, "cut_body")]
    shown = voices.plan_to_json(voices.plan(plan))
    assert [{name: each[name] for name in ("kind", "operation", "times")} for each in shown] == plan


@pytest.mark.parametrize("wrong", [{"kind": "msgcode"}, {"kind": "zap"}, {"kind": "nack", "operation": "Push"}, {}])
def test_a_fault_that_maycur_cannot_have_is_refused(wrong: dict[str, str]) -> None:
    """K3Cloud's kinds and operations do not silently do nothing."""
    with pytest.raises(ValueError, match="known are"):
        voices.plan([wrong])
