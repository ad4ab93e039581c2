"""What a real tenant might do otherwise: every switch of the simulator, with its default and its meaning."""

import dataclasses
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeAlias

LoginResult: TypeAlias = Literal["data", "top"]
BanReply: TypeAlias = Literal["fail_to_login", "disabled"]
NewLogin: TypeAlias = Literal["keeps", "kills"]
ExpiredToken: TypeAlias = Literal["nack", "401", "403"]
Reading: TypeAlias = Literal["A", "B", "C", "D"]
PageZero: TypeAlias = Literal["refused", "clamped", "empty"]
Order: TypeAlias = Literal["newest", "oldest", "unstable"]
Bounds: TypeAlias = Literal["[)", "[]", "()", "(]"]
RowPath: TypeAlias = Literal["data", "data.list"]
Written: TypeAlias = Literal["number", "string"]
Empty: TypeAlias = Literal["[]", "null", "absent"]
Shows: TypeAlias = Literal["transactions", "documents"]
SuccessField: TypeAlias = Literal["agrees", "absent", "disagrees"]
FailedRows: TypeAlias = Literal["errorData", "data"]
Throttling: TypeAlias = Literal["429", "nack"]


class SettingsError(ValueError):
    """A setting that does not exist, or a value that it cannot have."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The tenant that is simulated. Defaults are those in bold in section 14 of the reference."""

    login_result: Annotated[LoginResult, "where entCode and tokenId stand in the answer to a login"] = "data"
    token_life_seconds: Annotated[int, "how long a token is good"] = 1800
    ban_logins: Annotated[int, "the login that trips the ban; every later one is refused until reset; 0: no ban"] = 5
    ban_window_seconds: Annotated[int, "the time in which `ban_logins` logins trip the ban"] = 60
    ban_reply: Annotated[BanReply, "text of the refusal while banned: the usual one, or 禁用"] = "fail_to_login"
    login_clock_skew_seconds: Annotated[int, "largest age of a login's timestamp; 0: not checked"] = 0
    new_login: Annotated[NewLogin, "what a new login does to the tokens before it"] = "keeps"
    expired_token: Annotated[ExpiredToken, "answer to a call with an expired, killed or unknown token"] = "nack"

    paging_reading: Annotated[
        Reading, "pageNum is A: page from 1, B: offset from 0, C: page from 0, D: offset from 1"
    ] = "A"
    page_zero: Annotated[PageZero, 'answer to pageNum "0" under A and D; clamped: as if it were "1"'] = "refused"
    order: Annotated[Order, "order of the paid list; unstable: another one at each call"] = "newest"
    bounds: Annotated[Bounds, "which ends of the window of paid time belong to it"] = "[)"
    row_path: Annotated[RowPath, "where the rows of the paid list stand"] = "data"
    amounts: Annotated[Written, "how money is written (rows with _verbatim excepted)"] = "number"
    times: Annotated[Written, "how epoch milliseconds are written (rows with _verbatim excepted)"] = "number"
    page_size_cap: Annotated[int, "largest pageSize, applied without a word; 0: none"] = 0
    max_span_seconds: Annotated[int, "longest window of the paid list, a NACK beyond it; 0: none"] = 0
    empty: Annotated[Empty, "what an empty result looks like; absent: the list's key is missing"] = "[]"
    shows: Annotated[Shows, "documents: a paid row is listed only once its whole document is paid"] = "transactions"
    paging_fields: Annotated[bool, "answers of the paid list carry total, pageNum, pageSize and hasNext"] = False

    reimburse_row_path: Annotated[RowPath, "where the rows of the reimbursement list stand"] = "data"
    reimburse_page_size_cap: Annotated[int, "largest pageSize of the reimbursement list, silent; 0: none"] = 0

    success_field: Annotated[SuccessField, "`success` in the envelope repeats `code`, is missing, or denies it"] = (
        "agrees"
    )
    failed_rows: Annotated[FailedRows, "where a write lists the rows that it refused"] = "errorData"
    requests_per_second: Annotated[int, "calls a second (logins excepted) before throttling; 0: no limit"] = 0
    throttling: Annotated[Throttling, "how a throttled call is answered"] = "429"
    retry_after_seconds: Annotated[int, "Retry-After of a 429"] = 1

    def changed(self, wanted: Mapping[str, object]) -> "Settings":
        """These settings with some of them replaced. Raises SettingsError, and then nothing is changed."""
        checked: dict[str, Any] = {name: _checked(name, value) for name, value in wanted.items()}
        return dataclasses.replace(self, **checked)

    def values(self) -> dict[str, Any]:
        """Name and value of each, as JSON takes them."""
        return dataclasses.asdict(self)


@dataclass(frozen=True, slots=True)
class Explained:
    """One setting in words."""

    name: str
    default: object
    choices: tuple[str, ...]
    means: str


def explained() -> tuple[Explained, ...]:
    """Every setting with default, choices and meaning, in the order of the class."""
    return tuple(
        Explained(each.name, each.default, typing.get_args(_HINTS[each.name]), _MEANINGS[each.name])
        for each in dataclasses.fields(Settings)
    )


# ------------------------------------------------------------------------------------------------------------------


def _checked(name: str, value: object) -> object:
    if name not in _HINTS:
        message = f"no setting {name!r}; known are {', '.join(sorted(_HINTS))}"
        raise SettingsError(message)
    hint = _HINTS[name]
    if hint is bool and isinstance(value, bool):
        return value
    if hint is int and isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    choices = typing.get_args(hint)
    if choices and (text := str(value).replace(" ", "")) in choices:
        return text
    expected = f"one of {', '.join(choices)}" if choices else "true or false" if hint is bool else "a whole number ≥ 0"
    message = f"setting {name!r} cannot be {value!r}; it takes {expected}"
    raise SettingsError(message)


_HINTS: dict[str, Any] = typing.get_type_hints(Settings)
_MEANINGS: dict[str, str] = {
    name: hint.__metadata__[0] for name, hint in typing.get_type_hints(Settings, include_extras=True).items()
}
