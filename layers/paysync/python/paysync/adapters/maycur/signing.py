"""What is made of credentials: the secret of a login (maycur-openapi.md 3), and a mark that tells them apart."""

import hashlib


def mark_of(app_secret: str, app_code: str) -> str:
    """Tells one pair of credentials from another without giving anything away: a few digits of their hash."""
    return hashlib.sha256(f"{app_code}:{app_secret}".encode()).hexdigest()[:12]


def login_secret(app_secret: str, app_code: str, timestamp_ms: int) -> str:
    """SHA-256 over secret, code and time stamp, joined by colons, in lower-case hex.

    The body of the login carries the same time stamp.
    """
    return hashlib.sha256(f"{app_secret}:{app_code}:{timestamp_ms}".encode()).hexdigest()
