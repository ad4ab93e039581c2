"""Bodies as Maycur words them: envelope, rows, refusals. Pure: settings and values in, a Reply out."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from simulators.common.http import JSON_HEADERS, Reply
from simulators.common.jsontext import Json, written
from simulators.maycur.login import DISABLED, Refusal, Session
from simulators.maycur.settings import RowPath, Settings

TOKEN_GONE: Final = "token已失效, 请重新登录"
THROTTLED: Final = "请求过于频繁, 已被限制"
_GOOD: Final = {"agrees": '"success":true,', "absent": "", "disagrees": '"success":false,'}
_BAD: Final = {"agrees": '"success":false,', "absent": "", "disagrees": '"success":true,'}


def ack(data: str, settings: Settings) -> Reply:
    """Done; `data` is JSON text."""
    return _reply(f'{{"code":"ACK","message":null,{_GOOD[settings.success_field]}"data":{data}}}')


def ack_without_data(settings: Settings) -> Reply:
    """Done, with the key `data` missing."""
    return _reply(f'{{"code":"ACK","message":null,{_GOOD[settings.success_field]}"responseCode":null}}')


def nack(message: str | None, settings: Settings, *, status: int = 200) -> Reply:
    """Not done, or not all of it."""
    return _reply(
        f'{{"data":null,{_BAD[settings.success_field]}"message":{written(message)},"code":"NACK"}}', status=status
    )


def row_list(
    texts: Iterable[str], settings: Settings, *, path: RowPath, extra: Mapping[str, Json] | None = None
) -> Reply:
    """A page of rows, each as JSON text, where `path` says, or what this tenant says instead of an empty page."""
    listed = ",".join(texts)
    if not listed and settings.empty == "null":
        return ack("null", settings)
    if not listed and settings.empty == "absent":
        return ack_without_data(settings) if path == "data" else ack("{}", settings)
    if path == "data":
        return _with_paging(listed, settings, extra or {})
    fields = "".join(f",{written(name)}:{written(value)}" for name, value in (extra or {}).items())
    return ack(f'{{"list":[{listed}]{fields}}}', settings)


def logged_in(session: Session, settings: Settings) -> Reply:
    """The answer to a good login, in one of the two forms that were seen."""
    if settings.login_result == "data":
        return ack(written({"entCode": session.ent_code, "tokenId": session.token}), settings)
    success = {"agrees": {"success": True}, "absent": {}, "disagrees": {"success": False}}[settings.success_field]
    return _reply(
        written(
            {
                "entCode": session.ent_code,
                "tokenId": session.token,
                "refreshTokenId": session.refresh_token,
                **success,
                "message": None,
                "code": "ACK",
            }
        )
    )


def login_refused(refusal: Refusal, settings: Settings) -> Reply:
    """The answer to a bad login."""
    return nack(refusal.message, settings)


def token_refused(settings: Settings) -> Reply:
    """The answer to a call whose token is expired, killed, unknown or missing."""
    return nack(TOKEN_GONE, settings, status=200 if settings.expired_token == "nack" else int(settings.expired_token))


def account_disabled(settings: Settings) -> Reply:
    """The answer to any call of a disabled account."""
    return nack(DISABLED, settings)


def throttled(settings: Settings, *, retry_after_seconds: int | None = None) -> Reply:
    """The answer to a call too many."""
    if settings.throttling == "nack":
        return nack(THROTTLED, settings)
    wait = settings.retry_after_seconds if retry_after_seconds is None else retry_after_seconds
    reply = nack(THROTTLED, settings, status=429)
    return reply._replace(headers={**JSON_HEADERS, "Retry-After": str(wait)})


def judged(failures: Sequence[tuple[str, str]], settings: Settings) -> Reply:
    """The answer to a batch write: ACK, or NACK with the refused rows by key and reason (the others are applied)."""
    if not failures:
        return ack("null", settings)
    refused = written([{key: reason} for key, reason in failures])
    success = _BAD[settings.success_field]
    if settings.failed_rows == "data":
        return _reply(f'{{"code":"NACK","message":"单条失败",{success}"data":{refused}}}')
    return _reply(f'{{"code":"NACK","message":"单条失败",{success}"data":null,"errorData":{refused}}}')


# ------------------------------------------------------------------------------------------------------------------


def _with_paging(listed: str, settings: Settings, extra: Mapping[str, Json]) -> Reply:
    fields = "".join(f",{written(name)}:{written(value)}" for name, value in extra.items())
    return _reply(f'{{"code":"ACK","message":null,{_GOOD[settings.success_field]}"data":[{listed}]{fields}}}')


def _reply(text: str, *, status: int = 200) -> Reply:
    return Reply(status, text.encode(), JSON_HEADERS)
