"""Run the simulator: `python -m simulators.maycur --port 8081`, with `tests/` on the path."""

import argparse
import logging
import socket
import sys
from pathlib import Path

from aiohttp import web

from simulators.common.jsontext import parsed_object
from simulators.maycur import control, rows, scripts, voices
from simulators.maycur.login import Credentials, LoginDesk
from simulators.maycur.server import BASE, ROUTES, make_app
from simulators.maycur.settings import Settings, SettingsError, explained
from simulators.maycur.tenant import Tenant


def main(arguments: list[str] | None = None) -> int:
    """Serve until interrupted; 2 for wrong usage."""
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        settings = Settings().changed(dict(_pair(text) for text in options.set))
    except SettingsError as error:
        parser.error(str(error))
    tenant = Tenant(settings=settings, desk=LoginDesk(Credentials(options.app_code, options.app_secret)))
    try:
        for file in options.load:
            control.loaded(tenant, parsed_object(file.read_bytes()))
    except (OSError, ValueError) as error:
        parser.error(f"--load: {error}")
    logging.basicConfig(level=logging.WARNING)
    with socket.create_server((options.host, options.port)) as listening:
        host, port = listening.getsockname()[:2]
        sys.stdout.write(f"Maycur simulator: http://{host}:{port}{BASE}, control at /_sim/\n")
        sys.stdout.flush()  # whoever reads this line can connect
        web.run_app(make_app(tenant), sock=listening, access_log=None, print=None, shutdown_timeout=1)
    return 0


# ------------------------------------------------------------------------------------------------------------------


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m simulators.maycur",
        description="An HTTP server that behaves as Maycur's OpenAPI does, faults included.",
        epilog=_lesson(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--port", type=int, required=True, help="port to listen on; 0: a free one, named in the first line of output"
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    parser.add_argument("--app-code", default=Credentials().app_code, help="the account's code (%(default)s)")
    parser.add_argument("--app-secret", default=Credentials().app_secret, help="the account's secret (%(default)s)")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="a setting, see below")
    parser.add_argument("--load", action="append", default=[], type=Path, metavar="FILE", help="as POST /_sim/load")
    return parser


def _lesson() -> str:
    served = "\n".join(f"  {method:<5}{BASE}{path}  [{operation}]" for method, path, operation, _ in ROUTES)
    settings = "\n".join(
        f"  {each.name} = {each.default}  {' | '.join(each.choices)}\n      {each.means}" for each in explained()
    )
    return "\n\n".join(
        (
            "A first try, in another terminal:",
            _EXAMPLE,
            "Served, with the operation's name for faults and counters:\n" + served,
            _without_title(control.__doc__),
            "Rows:\n" + _without_title(rows.__doc__),
            "Scripts (`scripted` of a load):\n" + _without_title(scripts.__doc__),
            "Faults: those of simulators/common/faults.py, and Maycur's own:\n" + _without_title(voices.__doc__),
            "Settings:\n" + settings,
        )
    )


_EXAMPLE = """\
  curl -s localhost:8081/_sim/load -d '{"payments": [{"paymentBizCode": "PT1", "payeeTargetBusinessCode": "FK1",
    "payerAccountName": "基本户", "payerAccountNumber": "6222000011112222", "payableAmount": 1234.50,
    "auditTimeStamp": 1675152000000}]}'
  curl -s localhost:8081/_sim/settings -d '{"paging_reading": "B"}'
  curl -s localhost:8081/_sim/calls"""


def _without_title(text: str | None) -> str:
    title, _, rest = (text or "").partition("\n\n")
    return rest.rstrip() or title


def _pair(text: str) -> tuple[str, object]:
    name, _, value = text.partition("=")
    if value in {"true", "false"}:
        return name, value == "true"
    choices = {each.name: each.choices for each in explained()}
    return name, int(value) if value.isdecimal() and not choices.get(name) else value


if __name__ == "__main__":
    sys.exit(main())
