"""`python -m simulators.k3cloud`: the simulator as a process of its own."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from aiohttp import web

from simulators.common.faults import Kind
from simulators.k3cloud import jsontext
from simulators.k3cloud.loading import load
from simulators.k3cloud.server import make_app
from simulators.k3cloud.settings import described
from simulators.k3cloud.state import DEFAULT_CREDENTIALS, State

_ABOUT = """A Kingdee K3Cloud that keeps books, for demo and tests: signed WebAPI calls under http://HOST:PORT/K3Cloud/
(any other prefix will do as well), a control API without credentials under /_sim/.

example, from tests/:
  python -m simulators.k3cloud --port 8092 &
  curl -s localhost:8092/_sim/load -d '{"organisations": [{"id": 1, "number": "100", "name": "总部"}],
     "bank_accounts": [{"number": "6222000000000000000", "use_org": "100"}],
     "applications": [{"number": "FKSQ000001", "amount": "622.00", "pay_org": "100"}]}'
  curl -s localhost:8092/_sim/faults -d '[{"kind": "reset_after", "operation": "Push", "nth": 1}]'
  curl -s localhost:8092/_sim/books"""

_CONTROL = """control API (JSON):
  POST /_sim/reset                   an empty tenant, default settings, no faults; credentials stay
  POST /_sim/load                    organisations, currencies, bank_accounts, applications, rules,
                                     closed_period_until, credentials, settings, faults;
                                     forms: further bill forms, see forms.described
  GET|POST /_sim/settings            the switches below
  GET|POST /_sim/faults              the plan: a list of {kind, operation, nth|first|share, seconds, times, …};
                                     kinds, described in simulators/common/faults.py:
                                     KINDS
  GET /_sim/books                    applications, bills, and the log of who did what by which call
  GET /_sim/calls                    counts per operation, most at once, the last 200 requests
  POST /_sim/calls/reset             counts at zero
  POST /_sim/sessions/forget         every session is lost
  POST /_sim/applications/{number}   mend it: {"status": "C"}, {"amount": "10.00"}, {"closed": true} …
  POST /_sim/bills                   a bill by a person: {"source": "FKSQ000001", "amount": "1.00", "creator": "li"}
  POST /_sim/void/{id}               a person makes a bill void

settings, with their defaults:
"""


def main() -> None:
    """Serve until interrupted."""
    options = _parser().parse_args()
    state = State()
    given = {name: getattr(options, name) for name in ("acct_id", "user_name", "app_id", "app_secret")}
    state.credentials = [replace(DEFAULT_CREDENTIALS, **{key: value for key, value in given.items() if value})]
    app = make_app(state)
    for path in options.load:
        load(state, jsontext.loads(path.read_text(encoding="utf-8")))
    for one in options.set:
        name, _, value = one.partition("=")
        state.settings = state.settings.updated({name: jsontext.loads(value)})
    print(f"k3cloud simulator: http://{options.host}:{options.port}/K3Cloud/", flush=True)  # noqa: T201 - for a person
    web.run_app(app, host=options.host, port=options.port, access_log=None, print=None, shutdown_timeout=1)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m simulators.k3cloud",
        description=_ABOUT,
        epilog=_CONTROL.replace("KINDS", _kinds()) + described(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--port", type=int, required=True, help="where to listen")
    parser.add_argument("--host", default="127.0.0.1", help="default 127.0.0.1")
    parser.add_argument("--load", type=Path, action="append", default=[], metavar="FILE", help="as POST /_sim/load")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=JSON", help="a setting, e.g. latency_ms=20")
    for name in ("acct-id", "user-name", "app-id", "app-secret"):
        default = getattr(DEFAULT_CREDENTIALS, name.replace("-", "_"))
        parser.add_argument(f"--{name}", default="", help=f"default {default} (invented)")
    return parser


def _kinds() -> str:
    names = [kind.value for kind in Kind]
    return ", ".join(names[:7]) + ",\n" + " " * 37 + ", ".join(names[7:])


if __name__ == "__main__":
    main()
