"""Whose word on a server's certificate counts. Certificates are always checked; nothing here turns that off."""

import ssl


def trusted(url: str, ca_certificate: str) -> ssl.SSLContext | bool:
    """For httpx: the built-in certificates, or these (PEM) in their place. What plain HTTP never uses is not loaded."""
    if url.startswith("http://"):
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    return ssl.create_default_context(cadata=ca_certificate) if ca_certificate else True


def is_certificate(text: str) -> bool:
    """Whether this is a certificate, or several, in PEM."""
    try:
        return ssl.create_default_context(cadata=text).cert_store_stats()["x509"] > 0
    except (ssl.SSLError, ValueError):
        return False
