"""How a command is called: help everywhere, the stack by three ways, and errors that say what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import typer
from typer.core import TyperCommand, TyperGroup

from fakes import aws
from paysync.cli.main import app
from paysync.cli.stack import Chosen, stack_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from unit.cli.conftest import Run, Stand


def commands(of: Any, *path: str) -> Iterator[tuple[str, ...]]:
    """Every command and every group, by the words that one types."""
    yield path
    if isinstance(of, TyperGroup):
        for name, inner in of.commands.items():
            yield from commands(inner, *path, name)


@pytest.mark.parametrize("path", list(commands(typer.main.get_command(app))), ids=" ".join)
def test_every_command_has_help(run: Run, path: tuple[str, ...]) -> None:
    """By both spellings, without a stack, a network or an account; it says what the command is for."""
    said = run(*path, "--help")
    assert (said.code, said.err) == (0, "")
    assert "Usage: " in said.out
    assert run(*path, "-h").out == said.out
    assert len([line for line in said.out.splitlines() if line.strip()]) > 3


def test_a_group_alone_shows_its_commands(run: Run) -> None:
    """And is no error that a script could mistake for a failure of a payment: 2, usage."""
    for path in ((), ("review",), ("local",), ("scheme",)):
        said = run(*path)
        assert said.code == 2
        assert "Usage: " in said.out + said.err


def test_the_version_is_told(run: Run) -> None:
    """For whoever reports something."""
    said = run("--version")
    assert (said.code, said.out.startswith("paysync 0.")) == (0, True)


def test_the_stack_is_found_by_option_then_environment_then_samconfig(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The nearest word wins: the command's own option, the one before it, the environment, the file."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "samconfig.toml").write_text('[default.global.parameters]\nstack_name = "file"\n', encoding="utf-8")

    def found(before: str = "", own: str = "") -> str:
        context = typer.Context(TyperCommand("c"))
        context.obj = Chosen(before)
        return stack_of(context, own).name

    monkeypatch.setenv("PAYSYNC_STACK", "")
    assert found() == "file"
    monkeypatch.setenv("PAYSYNC_STACK", "environment")
    assert found() == "environment"
    assert found("before") == "before"
    assert found("before", "own") == "own"


@pytest.mark.parametrize("content", [None, "[default]\n", "not toml ["])
def test_without_a_stack_it_says_how_to_name_one(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str | None
) -> None:
    """Exit code 1, in both languages; nobody's account is guessed."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PAYSYNC_STACK", "")
    if content is not None:
        (tmp_path / "samconfig.toml").write_text(content, encoding="utf-8")
    said = run("status")
    assert said.code == 1
    for word in ("no stack was named", "PAYSYNC_STACK", "[paysync.stack]", "无法对该堆栈执行"):
        assert word in said.err
    assert "Traceback" not in said.err


def test_a_local_stack_that_is_not_up_is_told(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the command that starts one."""
    monkeypatch.setenv("PAYSYNC_LOCAL_HOME", str(tmp_path))
    said = run("--stack", "local", "status")
    assert (said.code, "paysync local up" in said.err) == (1, True)
    assert (run("local", "down").code, run("local", "down").out) == (0, "already down\n")


def test_an_account_that_cannot_be_reached_is_told(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a region nobody can be asked: what AWS's library said, and what to set; no stack trace."""
    for name in ("AWS_DEFAULT_REGION", "AWS_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    said = run("--stack", "some-stack", "status")
    assert said.code == 1
    assert "AWS_REGION" in said.err
    assert "Traceback" not in said.err


def test_what_aws_refuses_is_told(stand: Stand, run: Run) -> None:
    """A right that is missing, a table that is gone: AWS's own words, what to check, in both languages."""
    aws.client("dynamodb").delete_table(TableName=stand.settings.table)
    said = run("show", "PAY-1")
    assert said.code == 1
    for word in ("AWS refused", "ResourceNotFoundException", "rights", "[paysync.stack]", "无法对该堆栈执行"):
        assert word in said.err
    assert "Traceback" not in said.err


def test_what_a_command_prints_for_machines_is_all_of_stdout(stand: Stand, run: Run) -> None:
    """One JSON document per line and nothing else; words for people go to stderr."""
    stand.rejected()
    for words in (("status",), ("list",), ("show", "PAY-1"), ("review", "list"), ("replay", "PAY-1", "--yes")):
        said = run(*words, "--json")
        assert len(said.documents) == 1, words
