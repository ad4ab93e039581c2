"""Secrets from Secrets Manager: typed, cached for a while, never printed."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Final, TypeAlias

from botocore.exceptions import ClientError

from paysync.adapters.tls import is_certificate
from paysync.core.diagnosis import Code, Diagnosis
from paysync.core.errors import SettingsError
from paysync.core.ports import Clock

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

    from paysync.core.times import Instant

Fields: TypeAlias = Mapping[str, object]
CA_CERTIFICATE: Final = "ca_certificate"
"""The field of a secret with a company's own certificates, for a system that no public authority vouches for."""
_TTL: Final = timedelta(minutes=5)
_NO_USE_TRYING: Final = {
    "ResourceNotFoundException": Code.SECRET_EMPTY,
    "InvalidRequestException": Code.SECRET_EMPTY,
    "AccessDeniedException": Code.SECRET_ACCESS,
    "DecryptionFailure": Code.SECRET_ACCESS,
}
"""Answers of Secrets Manager that say the same until somebody acts. An invalid request is one for a deleted secret."""


@dataclass(frozen=True, slots=True)
class MaycurSecret:
    """What a login to Maycur needs."""

    app_code: str
    app_secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class K3CloudSecret:
    """What signing a call to K3Cloud needs."""

    acct_id: str
    user_name: str
    app_id: str
    app_secret: str = field(repr=False)
    lcid: int
    org_num: int
    ca_certificate: str = field(default="", repr=False)


class Secrets:
    """Reads secrets by ARN. After a refusal, `fresh` tells whether the secret was rotated while the run went on."""

    def __init__(self, client: "SecretsManagerClient", *, clock: Clock, ttl: timedelta = _TTL) -> None:
        self._client = client
        self._clock = clock
        self._ttl = ttl
        self._read: dict[str, tuple[Instant, Fields]] = {}

    def maycur(self, arn: str, *, fresh: bool = False) -> MaycurSecret:
        """The secret of Maycur's application."""
        return maycur_secret(self.fields(arn, fresh=fresh), arn)

    def k3cloud(self, arn: str, *, fresh: bool = False) -> K3CloudSecret:
        """The secret of K3Cloud's third-party application."""
        return k3cloud_secret(self.fields(arn, fresh=fresh), arn)

    def fresh(self, arn: str) -> Fields:
        """The fields as they are now, and from now on."""
        return self.fields(arn, fresh=True)

    def fields(self, arn: str, *, fresh: bool = False) -> Fields:
        """The fields, read at most once per TTL unless they shall be fresh."""
        now = self._clock.now()
        kept = self._read.get(arn)
        if kept is None or fresh or now - kept[0] >= self._ttl:
            kept = self._read[arn] = now, self._get(arn)
        return kept[1]

    def _get(self, arn: str) -> Fields:
        try:
            text = self._client.get_secret_value(SecretId=arn).get("SecretString", "")
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code not in _NO_USE_TRYING:
                raise
            raise SettingsError(Diagnosis.of(_NO_USE_TRYING[code], setting=arn, vendor=code)) from None
        if not text.strip():
            raise SettingsError(Diagnosis.of(Code.SECRET_EMPTY, setting=arn, vendor="no text"))
        fields = _parsed(text)
        if not isinstance(fields, dict):
            raise SettingsError(Diagnosis.of(Code.SECRET_FORM, setting=arn))
        return fields


def maycur_secret(fields: Fields, arn: str) -> MaycurSecret:
    """The checked secret, or SettingsError naming field and ARN."""
    return MaycurSecret(app_code=_text(fields, "app_code", arn), app_secret=_text(fields, "app_secret", arn))


def k3cloud_secret(fields: Fields, arn: str) -> K3CloudSecret:
    """The checked secret, or SettingsError naming field and ARN."""
    return K3CloudSecret(
        acct_id=_text(fields, "acct_id", arn),
        user_name=_text(fields, "user_name", arn),
        app_id=_text(fields, "app_id", arn),
        app_secret=_text(fields, "app_secret", arn),
        lcid=_whole(fields, "lcid", arn),
        org_num=_whole(fields, "org_num", arn),
        ca_certificate=ca_certificate(fields, arn),
    )


def ca_certificate(fields: Fields, arn: str) -> str:
    """The certificates (PEM) that alone vouch for the system, where its secret has some. Raises SettingsError."""
    text = str(fields.get(CA_CERTIFICATE) or "").strip()
    if text and not is_certificate(text):
        raise _unusable(arn, CA_CERTIFICATE)
    return text


# ------------------------------------------------------------------------------------------------------------------


def _parsed(text: str) -> object:
    """None for what is no JSON. The parser's error quotes the secret: it is not even chained."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _text(fields: Fields, name: str, arn: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str) or not value.strip():
        raise _unusable(arn, name)
    return value.strip()


def _whole(fields: Fields, name: str, arn: str) -> int:
    """People write 2052 and "2052", 100 and "100"."""
    value = fields.get(name)
    text = str(value) if type(value) is int else _text(fields, name, arn)
    if not (text.isascii() and text.isdecimal()):
        raise _unusable(arn, name)
    return int(text)


def _unusable(arn: str, name: str) -> SettingsError:
    return SettingsError(Diagnosis.of(Code.SECRET_FIELD, setting=arn, field=name))
