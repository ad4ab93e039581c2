"""What our K3Cloud client puts on the wire: the vendor SDK's request, byte for byte where they overlap; and TLS."""

import datetime as dt
import ipaddress
import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from k3cloud_webapi_sdk.main import K3CloudApiSdk

from fakes.system import FakeClock, SeededIds
from paysync.adapters.k3cloud.client import K3CloudClient
from paysync.adapters.k3cloud.replies import Answer, Call, Heard, Lost, NotSent
from paysync.adapters.k3cloud.settings import ConnectionSettings
from paysync.core.bills import Json
from paysync.core.codes import Code
from paysync.core.times import from_epoch_ms
from unit.adapters.k3cloud.doubles import CREDENTIALS, push_request

pytestmark = pytest.mark.wire

QUERY: Final[dict[str, Json]] = {"FormId": "CN_PAYAPPLY", "FieldKeys": "FID", "FilterString": "FBillNo='付款1'"}
OURS_MAY_DIFFER: Final = {"host", "accept", "accept-encoding", "connection", "content-length"}
"""What the two HTTP libraries set, and K3Cloud does not ask for."""


@dataclass(slots=True)
class Recorder:
    """A server that keeps what it is sent and answers `[]` with two cookies."""

    url: str = ""
    seen: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    answer: tuple[int, bytes] = (200, b"[]")


@contextmanager
def recording(certificate: Path | None = None) -> Iterator[Recorder]:
    """A recorder on a free port; with a certificate it speaks TLS."""
    recorder = Recorder()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            recorder.seen.append((self.requestline, dict(self.headers.items()), body))
            status, content = recorder.answer
            self.send_response(status)
            self.send_header("Set-Cookie", "kdservice-sessionid=0a1b-2c3d; path=/; HttpOnly")
            self.send_header("Set-Cookie", "ASP.NET_SessionId=xyz; path=/; HttpOnly")
            self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            """A client that does not trust us hangs up: that is the test."""

    server = Server(("127.0.0.1", 0), Handler)
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    recorder.url = f"{'https' if certificate else 'http'}://127.0.0.1:{server.server_port}/K3Cloud/"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield recorder
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def client(recorder: Recorder, clock: FakeClock | None = None, **settings: Any) -> Iterator[K3CloudClient]:
    """Our client."""
    chosen = ConnectionSettings(recorder.url, **{"allow_plain_http": True, "read_seconds": 2, **settings})
    made = K3CloudClient(chosen, CREDENTIALS, clock or FakeClock(), SeededIds())
    try:
        yield made
    finally:
        made.close()


def sdk(recorder: Recorder) -> Any:
    """The vendor's client."""
    vendor = K3CloudApiSdk(recorder.url)
    names = ("acct_id", "user_name", "app_id", "app_secret")
    vendor.InitConfig(**{name: getattr(CREDENTIALS, name) for name in names}, server_url=recorder.url)
    return vendor


def told(headers: dict[str, str]) -> dict[str, str]:
    """Headers as a server compares them, without those of the HTTP library."""
    return {name.lower(): value for name, value in headers.items() if name.lower() not in OURS_MAY_DIFFER}


@pytest.mark.parametrize("operation", ["Push", "BatchSave", "Submit", "Audit", "ExecuteBillQuery"])
@pytest.mark.parametrize("path", ["K3Cloud/", "星空 站点/K3Cloud"])
def test_our_request_is_the_sdks(path: str, operation: str) -> None:
    """First without a session, then with the session that the first answer set: line, headers and body are equal."""
    data: dict[str, Json] = (
        QUERY if operation == "ExecuteBillQuery" else {**push_request("付款1"), "Model": [{"FID": 1}]}
    )
    form = "" if operation == "ExecuteBillQuery" else "CN_PAYAPPLY"
    with recording() as recorder:
        recorder.url = recorder.url.replace("K3Cloud/", path)
        vendor = sdk(recorder)
        for _ in range(2):
            getattr(vendor, operation)(*([form] if form else []), data)
        theirs, recorder.seen = recorder.seen, []
        clock = FakeClock()
        with client(recorder, clock) as ours:
            for _, their_headers, _ in theirs:
                clock.set(from_epoch_ms(int(told(their_headers)["x-api-timestamp"]) * 1000))
                ours.call(Call(operation), data, form=form)
        for (line, headers, body), (their_line, their_headers, their_body) in zip(recorder.seen, theirs, strict=True):
            assert line == their_line
            assert body == their_body
            wanted = told(their_headers)
            if "cookie" in wanted:  # splitting at commas leaves the SDK a blank before later names (2.4)
                wanted["cookie"] = wanted["cookie"].replace("; ", ";")
            assert told(headers) == wanted
        assert told(recorder.seen[1][1])["kdservice-sessionid"] == "0a1b-2c3d"
        assert told(recorder.seen[1][1])["cookie"] == (
            "Theme=standard;kdservice-sessionid=0a1b-2c3d;ASP.NET_SessionId=xyz"
        )


def test_money_is_written_as_its_text() -> None:
    """A JSON number with the very digits of the Decimal, never through a float."""
    with recording() as recorder, client(recorder) as ours:
        ours.call(Call("BatchSave", effect=True), {"Model": [{"A": Decimal("1234567890123.10"), "B": Decimal("1E+3")}]})
        assert b'{"A": 1234567890123.10, "B": 1000}' in recorder.seen[0][2]


def test_data_can_be_sent_as_text() -> None:
    """JSON in a string, for tenants that want it so."""
    with recording() as recorder, client(recorder, data_as_text=True) as ours:
        ours.call(Call("Push", effect=True), {"Numbers": ["付款1"]}, form="CN_PAYAPPLY")
        body = json.loads(recorder.seen[0][2])
        assert (body["formid"], json.loads(body["data"])) == ("CN_PAYAPPLY", {"Numbers": ["付款1"]})


def test_every_attempt_is_signed_anew() -> None:
    """Two calls at different times carry different stamps and signatures; no signed request is sent again."""
    with recording() as recorder:
        recorder.answer = (503, b"")
        with client(recorder) as ours:
            ours.call(Call("ExecuteBillQuery"), QUERY)
        stamps = [told(headers)["x-api-timestamp"] for _, headers, _ in recorder.seen]
        signatures = {told(headers)["x-api-signature"] for _, headers, _ in recorder.seen}
        assert len(stamps) == 3
        assert len(signatures) == len(set(stamps)) > 1


def test_a_session_is_kept_only_from_a_good_answer() -> None:
    """A 500 that sets cookies opens no session."""
    with recording() as recorder, client(recorder) as ours:
        recorder.answer = (500, b"Fail to verify thirty passport")
        ours.call(Call("ExecuteBillQuery"), QUERY)
        ours.call(Call("ExecuteBillQuery"), QUERY)
        assert not any("cookie" in told(headers) for _, headers, _ in recorder.seen)


def test_a_redirect_is_not_followed() -> None:
    """The answer is the redirect; nobody is sent our signatures by it."""
    with recording() as recorder, client(recorder) as ours:
        recorder.answer = (302, b"")
        assert ours.call(Call("Push", effect=True), {}) == Heard(302, b"", with_session=False)
        assert len(recorder.seen) == 1


def test_no_proxy_is_taken_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """What somebody has set for another program does not carry our signatures elsewhere."""
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with recording() as recorder, client(recorder) as ours:
        assert ours.call(Call("Push", effect=True), {}) == Heard(200, b"[]")


def test_an_endless_answer_is_given_up() -> None:
    """More bytes than an answer can have: sent, and not understood."""
    with recording() as recorder, client(recorder, largest_answer_bytes=10) as ours:
        recorder.answer = (200, b"x" * 11)
        answer = ours.call(Call("Push", effect=True), {})
        assert isinstance(answer, Lost)
        assert answer.code is Code.ERP_UNREADABLE


# --------------------------------------------------------------------------------------------------------------------


def self_signed(folder: Path, name: x509.GeneralName) -> Path:
    """A certificate with its key in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "k3cloud.example.invalid")])
    now = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + dt.timedelta(days=36_500))
        .add_extension(x509.SubjectAlternativeName([name]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    return file


def asked(recorder: Recorder, **settings: Any) -> Answer:
    """One Push to the recorder."""
    with client(recorder, **settings) as ours:
        return ours.call(Call("Push", effect=True), {})


HERE: Final = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))


def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    """Before a byte of the request is written: nothing was sent, which is proof."""
    with recording(self_signed(tmp_path, HERE)) as recorder:
        answer = asked(recorder)
        assert isinstance(answer, NotSent)
        assert answer.code is Code.ERP_UNREACHABLE
        assert "CERTIFICATE_VERIFY_FAILED" in answer.said
        assert recorder.seen == []


def test_a_companys_own_certificate_can_be_trusted(tmp_path: Path) -> None:
    """By `ca_certificate`, and by nothing that turns verification off."""
    file = self_signed(tmp_path, HERE)
    with recording(file) as recorder:
        assert asked(recorder, ca_certificate=file.read_text()) == Heard(200, b"[]")


def test_a_certificate_of_another_host_is_refused(tmp_path: Path) -> None:
    """Also when its issuer is trusted."""
    file = self_signed(tmp_path, x509.DNSName("other.example.invalid"))
    with recording(file) as recorder:
        assert isinstance(asked(recorder, ca_certificate=file.read_text()), NotSent)
        assert recorder.seen == []
