"""The secret of a login: SHA-256 over app secret, app code and time stamp, joined by colons (maycur-openapi.md 3)."""

import hashlib


def login_secret(app_secret: str, app_code: str, timestamp_ms: int) -> str:
    """Lower-case hex; the body of the login carries the same time stamp."""
    return hashlib.sha256(f"{app_secret}:{app_code}:{timestamp_ms}".encode()).hexdigest()
