"""Run the simulator: `python -m simulators.jsonapi --port 8083`, with `tests/` on the path."""

import argparse
import socket
import sys
from pathlib import Path

from aiohttp import web

from simulators.common.jsontext import parsed_object
from simulators.jsonapi import server
from simulators.jsonapi.state import TOKEN, Settings, SettingsError, State, explained


def main(arguments: list[str] | None = None) -> int:
    """Serve until interrupted; 2 for wrong usage."""
    parser = _parser()
    options = parser.parse_args(arguments)
    state = State(token=options.token)
    try:
        state.settings = Settings().changed(dict(text.split("=", 1) for text in options.set))
        for file in options.load:
            server.load(state, parsed_object(file.read_bytes()))
    except (OSError, ValueError, SettingsError) as error:
        parser.error(str(error))
    with socket.create_server((options.host, options.port)) as listening:
        host, port = listening.getsockname()[:2]
        sys.stdout.write(f"JSON API simulator: http://{host}:{port}{server.BASE}, control at /_sim/\n")
        sys.stdout.flush()  # whoever reads this line can connect
        web.run_app(server.make_app(state), sock=listening, access_log=None, print=None, shutdown_timeout=1)
    return 0


def _parser() -> argparse.ArgumentParser:
    served = "\n".join(f"  {method:<5}{server.BASE}{path}  [{operation}]" for method, path, operation in server.ROUTES)
    parser = argparse.ArgumentParser(
        prog="python -m simulators.jsonapi",
        description="An HTTP server with a JSON API as most systems have one, faults included.",
        epilog=f"Served, with the operation for faults:\n{served}\n\nSettings:\n{explained()}\n\n{server.__doc__}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--port", type=int, required=True, help="port to listen on; 0: a free one, named in the output")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    parser.add_argument("--token", default=TOKEN, help="the token that clients must send (%(default)s)")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="a setting, see below")
    parser.add_argument("--load", action="append", default=[], type=Path, metavar="FILE", help="as POST /_sim/load")
    return parser


if __name__ == "__main__":
    sys.exit(main())
