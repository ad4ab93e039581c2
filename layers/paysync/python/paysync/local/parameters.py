"""The stack's parameters as a local stack wants them, and how they are written on sam's command line."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import yaml

from paysync.adapters.k3cloud.settings import ConnectionSettings
from paysync.core.call_back import fault_of
from paysync.core.diagnosis import Code, Diagnosis
from paysync.core.errors import PaysyncError, SchemeError
from paysync.core.scheme import Scheme
from paysync.local.errors import LocalError
from paysync.schemes import collection_names
from paysync.schemes.binding import bindings, unbound
from paysync.schemes.load import Overrides, load
from paysync.settings import SHORTEST_QUIET_PERIOD, pairs

NEVER = "at(2099-12-31T00:00:00)"
_SCHEDULES = ("FetchSchedule", "DeepScanSchedule", "SweepSchedule", "ReconcileSchedule")
_FETCHED_DAYS = 30
_WHAT_IS_BOOKED = ("FetchSince", "RuleId")
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_AT_ONCE = {"SafetyDelaySeconds": "1", "MaycurRequestsPerSecond": "50"}
"""A simulator on this machine needs no caution; a tenant keeps the template's."""


def local_parameters(
    maycur_url: str, k3cloud_url: str, *, runtime: str, now: datetime, chosen: Mapping[str, str]
) -> dict[str, str]:
    """Defaults for a stack that is driven by hand: no schedule fires unless one is chosen. Raises LocalError."""
    return {
        "Stage": "local",
        "MaycurBaseUrl": maycur_url,
        "K3CloudBaseUrl": k3cloud_url,
        "AllowPlainHttp": "true",
        "PythonRuntime": runtime,
        **(_what_is_booked(now) if _all_here(maycur_url, k3cloud_url, chosen) else _named(chosen)),
        **dict.fromkeys(_SCHEDULES, NEVER),
        **(_AT_ONCE if _is_here(maycur_url) else {}),
        **chosen,
    }


def _what_is_booked(now: datetime) -> dict[str, str]:
    """What simulators on this machine can be asked without being named: nothing of theirs is money."""
    since = now.astimezone(ZoneInfo("Asia/Shanghai")) - timedelta(days=_FETCHED_DAYS)
    return {"FetchSince": since.isoformat(timespec="seconds"), "RuleId": "CN_PAYAPPLYTOPAYBILL"}


def _named(chosen: Mapping[str, str]) -> dict[str, str]:
    """Nothing by itself: from when on a tenant's payments are booked, and by which rule, is for a person to say."""
    lacking = [name for name in _WHAT_IS_BOOKED if not chosen.get(name)]
    if lacking:
        wanted = " ".join(f"--set {name}=…" for name in lacking)
        msg = (
            "A system that is not on this machine is booked for real, so it must be said what is booked. "
            f"FetchSince: nothing paid before it is; RuleId: K3Cloud's conversion rule. Write {wanted}\n"
            "所连系统不在本机，付款将真实入账，因此必须指明入账范围。"
            f"FetchSince：早于该时刻支付的不入账；RuleId：金蝶的单据转换规则。请写 {wanted}"
        )
        raise LocalError(msg)
    _check_quiet_period(chosen.get("QuietPeriodSeconds", ""))
    return {}


def _check_quiet_period(seconds: str) -> None:
    """What the functions refuse by themselves where plain http is not allowed, as `up` always does."""
    if seconds.isdecimal() and int(seconds) < SHORTEST_QUIET_PERIOD:
        msg = (
            f"QuietPeriodSeconds={seconds} is for a simulator alone: at a tenant, "
            f"{SHORTEST_QUIET_PERIOD} at least, or a doubt is asked about while its request may still run\n"
            f"QuietPeriodSeconds={seconds} 仅供本机模拟器使用；连接租户时至少 {SHORTEST_QUIET_PERIOD}，"
            "否则请求可能尚在执行就被查询"
        )
        raise LocalError(msg)


def _all_here(maycur_url: str, k3cloud_url: str, chosen: Mapping[str, str]) -> bool:
    others = [url for url in (chosen.get("HttpBaseUrl"),) if url]
    return all(_is_here(url) for url in (maycur_url, k3cloud_url, *others))


def _is_here(url: str) -> bool:
    return urlsplit(url).hostname in _LOOPBACK


def check_names(chosen: Mapping[str, str], template: Path) -> None:
    """Refuse what the template lacks: sam itself would drop it without a word."""
    declared = parameters_of(template)
    unknown = sorted(chosen.keys() - declared)
    if unknown:
        msg = f"No such stack parameter: {', '.join(unknown)}. There are: {', '.join(sorted(declared))}"
        raise LocalError(msg)


def check_schemes(parameters: Mapping[str, str], template: Path) -> None:
    """Refuse a stack that would not run: a scheme without its values, a value that no scheme takes."""
    full = in_full(parameters, template)
    try:
        given = pairs(full["SchemeParameters"])
        bound = bindings(_schemes_of(full["Scheme"]), rule_id=full["RuleId"], since=full["FetchSince"], given=given)
        lacking = unbound(bound)
        if not lacking:
            chosen = Overrides(on_unresolved=full["OnUnresolved"], attestation=full["Attestation"] or None)
            _check_call_backs({scheme: load(scheme, values, chosen) for scheme, values in bound.items()})
    except (ValueError, PaysyncError) as wrong:
        msg = f"SchemeParameters has {wrong}: write name=value" if isinstance(wrong, ValueError) else str(wrong)
        raise LocalError(msg) from None
    if lacking:
        lines = [
            f"  {one.setting}  {one.label['en']} {one.label['zh']}: {one.find['en']} {one.find['zh']}"
            for one in lacking
        ]
        names = ",".join(one.setting for one in lacking)
        msg = "\n".join(["Not bound, so it would not run:", *lines, f"Write --set 'SchemeParameters={names}'"])
        raise LocalError(msg)


def _check_call_backs(schemes: Mapping[str, Scheme]) -> None:
    for scheme in schemes.values():
        if fault := fault_of(scheme, schemes):
            raise SchemeError(Diagnosis.of(Code.SCHEME, what=f"{scheme.name}: {fault}"))


def check_connections(parameters: Mapping[str, str], template: Path) -> None:
    """Refuse what no function could start with."""
    full = in_full(parameters, template)
    try:
        ConnectionSettings.of(full["K3CloudBaseUrl"], pairs(full["K3CloudSettings"]), allow_plain_http=True)
    except (ValueError, PaysyncError) as wrong:
        msg = f"K3CloudSettings has {wrong}: write name=value" if isinstance(wrong, ValueError) else str(wrong)
        raise LocalError(msg) from None


def _schemes_of(written: str) -> list[str]:
    """The schemes among the names; collections bind nothing, and alone they would be read by nobody."""
    schemes = [name for name in written.split(",") if name not in collection_names()]
    if not schemes:
        msg = "Scheme names collections only: name the scheme whose lookups read them, too"
        raise LocalError(msg)
    return schemes


def _defaults_of(template: Path) -> dict[str, str]:
    return {name: str(one["Default"]) for name, one in _declared(template).items() if "Default" in one}


def in_full(parameters: Mapping[str, str], template: Path) -> dict[str, str]:
    """With the template's defaults: CloudFormation keeps what was given before for a parameter that is not given."""
    return {**_defaults_of(template), **parameters}


def parameters_of(template: Path) -> set[str]:
    return set(_declared(template))


def _declared(template: Path) -> dict[str, Any]:
    # A SafeLoader underneath: CloudFormation's own tags are read as nothing.
    known: dict[str, Any] = yaml.load(template.read_text(encoding="utf-8"), Loader=_TagBlindLoader)  # noqa: S506
    declared: dict[str, Any] = known["Parameters"]
    return declared


def as_arguments(parameters: Mapping[str, str]) -> list[str]:
    """Each with quotes inside the argument: sam cuts a value at its first blank otherwise."""
    return [f'{name}="{_escaped(value)}"' for name, value in parameters.items()]


def parsed_overrides(given: list[str]) -> dict[str, str]:
    """`Parameter=Value` of the command line."""
    pairs = [each.partition("=") for each in given]
    wrong = [name for name, equals, _ in pairs if not (name and equals)]
    if wrong:
        msg = f"Write Parameter=Value, not {', '.join(map(repr, wrong))}"
        raise LocalError(msg)
    return {name: value for name, _, value in pairs}


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"')


class _TagBlindLoader(yaml.SafeLoader):
    """Reads the template's plain values; what `!Ref` and its like stand for does not matter here."""


_TagBlindLoader.add_multi_constructor("!", lambda _loader, _tag, _node: None)
