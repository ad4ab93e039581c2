"""The command line as a user types it, in this process: the same `main`, without a start-up for each command."""

from __future__ import annotations

import io
import json
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from typing import Any
from unittest import mock

from paysync.cli.main import main


@dataclass(frozen=True)
class Answer:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The one JSON document on stdout."""
        return json.loads(self.out)

    @property
    def documents(self) -> list[Any]:
        """One JSON document per line of stdout."""
        return [json.loads(line) for line in self.out.splitlines()]


def paysync(*arguments: str, ends: int | None = 0) -> Answer:
    """Run `paysync --stack local …` and check its exit code; None takes any."""
    out, err, code = io.StringIO(), io.StringIO(), 0
    with (
        mock.patch.object(sys, "argv", ["paysync", "--stack", "local", *arguments]),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        try:
            main()
        except SystemExit as ended:
            code = int(ended.code or 0)
    assert ends in {code, None}, f"paysync {' '.join(arguments)} ended with {code}:\n{out.getvalue()}{err.getvalue()}"
    return Answer(code, out.getvalue(), err.getvalue())
