"""`paysync scheme`: read, check, try and copy schemes. Nothing here writes to any system; `copy` makes a file."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Final

import typer

from paysync.adapters.k3cloud.forms import Forms
from paysync.cli import render
from paysync.cli.scheme_rows import at_stack, from_file, from_ledger, named_stack, pairs, previews_of
from paysync.cli.scheme_view import (
    collection_summary,
    preview_document,
    show_collection,
    show_preview,
    show_unbound,
    summary,
)
from paysync.cli.scheme_view import show as show_in_full
from paysync.cli.stack import JsonOption, StackOption, stack_of
from paysync.core.errors import SchemeError
from paysync.schemes import FOLDER, collection_names, names
from paysync.schemes.collections.load import plain_of as plain_collection_of
from paysync.schemes.collections.load import version_of
from paysync.schemes.differences import differences
from paysync.schemes.load import load, path_of, plain_of, text_of
from paysync.schemes.plain import Plain
from paysync.schemes.problems import Problem, SchemeFileError

app = typer.Typer(
    help="Schemes: the integration as one file. Check it, see what it would send, copy it for another pair of forms.",
    no_args_is_help=True,
)

NameArgument = Annotated[str, typer.Argument(help="A shipped scheme's name, or a path to a file.", metavar="NAME")]
_USAGE: Final = 2


@app.command("list")
def list_(as_json: JsonOption = False) -> None:
    """The schemes that are shipped, and what each needs to be told; then the collections that lookups read."""
    documents = [summary(plain_of(name)) for name in names()]
    documents += [collection_summary(plain_collection_of(name)) for name in collection_names()]
    if as_json:
        render.as_json(documents)
        return
    table = render.table("scheme", "version", "title", "from", "to", "to be bound")
    for one in documents:
        title = f"{one['title']['zh']}\n{one['title']['en']}"
        table.add_row(one["scheme"], one["version"], title, one["from"], one["to"], ", ".join(one["unbound"]))
    render.out.print(table)


@app.command()
def validate(
    files: Annotated[list[Path], typer.Argument(help="The scheme's file, or several.", metavar="FILE")],
    as_json: JsonOption = False,
) -> None:
    """Check a file: every problem with its line, what is wrong and what to write instead."""
    found = [(file, problem) for file in files for problem in _problems(file)]
    if as_json:
        render.as_json([{"file": str(f), "line": p.line, "what": p.what, "hint": p.hint} for f, p in found])
    else:
        for file, problem in found:
            render.out.print(f"{file}:{problem.line}: {problem}", markup=False, soft_wrap=True)
        render.out.print(f"{len(found)} problems" if found else "no problem found")
        for remark in () if found else _remarks(files):
            render.out.print(f"note: {remark}", markup=False, soft_wrap=True)
    if found:
        raise typer.Exit(1)


@app.command()
def show(name: NameArgument, as_json: JsonOption = False) -> None:
    """What a scheme, or a collection, says in full."""
    if name in collection_names():
        _show_collection(plain_collection_of(name), as_json=as_json)
        return
    plain = plain_of(name)
    if as_json:
        render.as_json(plain)
    else:
        show_in_full(plain, load(name, unbound_ok=True).version)


@app.command()
def preview(
    ctx: typer.Context,
    name: NameArgument,
    row: Annotated[Path | None, typer.Option("--row", help="A file with the row as the source sends it.")] = None,
    key: Annotated[str, typer.Option("--key", help="A payment that the stack's ledger has.")] = "",
    lookup: Annotated[
        list[str] | None, typer.Option("--lookup", help="What a lookup finds: name=value.", metavar="NAME=VALUE")
    ] = None,
    parameter: Annotated[
        list[str] | None, typer.Option("--set", help="A parameter of the scheme: name=value.", metavar="NAME=VALUE")
    ] = None,
    reveal: Annotated[bool, typer.Option("--reveal", help="Show account numbers in full.")] = False,
    stack: StackOption = "",
    as_json: JsonOption = False,
) -> None:
    """All requests that would be sent for a row, and where each value comes from. Sends nothing.

    Lookups are taken from --lookup; with a stack, what is not given is asked from its K3Cloud, read-only.
    """
    if (row is None) == (not key):
        render.err.print("name one row: --row FILE, or --key KEY with --stack")
        raise typer.Exit(_USAGE)
    given, bound = pairs("--lookup", lookup or []), pairs("--set", parameter or [])
    if row is None:
        subject = from_ledger(stack_of(ctx, stack), name, key)
    else:
        subject, named = from_file(name, row, bound), named_stack(ctx, stack)
        subject = at_stack(named, subject) if named else subject
    found = previews_of(subject, given)
    if as_json:
        render.as_json([preview_document(one, reveal=reveal) for one in found])
        return
    for one in found:
        show_preview(one, reveal=reveal)
    if not found:
        render.out.print("the scheme's conditions keep this row out: nothing would be sent")


@app.command()
def copy(
    name: NameArgument,
    new: Annotated[str, typer.Argument(help="The copy's name.", metavar="NEW")],
    folder: Annotated[Path, typer.Option("--to", help="Where the copy goes; else beside the shipped ones.")] = FOLDER,
) -> None:
    """Copy a scheme to adapt it. Nothing that belongs to a customer is copied; what is to be bound is listed."""
    from paysync.schemes.copying import copied

    made = copied(text_of(path_of(name)), new, folder)
    render.out.print(f"{made.file}", markup=False, soft_wrap=True)
    show_unbound(made)


@app.command("diff")
def diff(
    one: Annotated[str, typer.Argument(help="A name or a path.", metavar="A")],
    other: Annotated[str, typer.Argument(help="A name or a path.", metavar="B")],
    as_json: JsonOption = False,
) -> None:
    """What two schemes say differently, value by value; comments and order of keys do not count."""
    found = differences(plain_of(one), plain_of(other))
    if as_json:
        render.as_json([{"place": d.place, "a": d.left, "b": d.right} for d in found])
        return
    table = render.table("place", one, other)
    for each in found:
        table.add_row(each.place, each.left, each.right)
    render.out.print(table if found else "they say the same")


@app.command()
def schema() -> None:
    """The JSON Schema of a scheme's file, for editors."""
    from paysync.schemes.reference import json_schema

    render.as_json(json_schema())


@app.command("test")
def run(
    which: Annotated[
        list[str] | None, typer.Argument(help="Names or paths; none: all shipped.", metavar="NAME")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Run the tests that schemes carry. Needs no network."""
    from paysync.schemes.trial import run_tests

    trials = [(name, trial) for name in which or names() for trial in run_tests(name)]
    failed = [trial for _, trial in trials if not trial.passed]
    if as_json:
        render.as_json([{"scheme": n, "test": t.name, "differences": list(t.differences)} for n, t in trials])
    else:
        for name, trial in trials:
            mark = "[green]ok[/green]" if trial.passed else "[red]no[/red]"
            render.out.print(f"{mark}  {name}: ", end="")
            render.out.print(trial.name, markup=False)
            for what in trial.differences:
                render.out.print(f"      {what}", markup=False, soft_wrap=True)
        render.out.print(f"{len(trials) - len(failed)} of {len(trials)} passed")
    if failed:
        raise typer.Exit(1)


def _show_collection(plain: Plain, *, as_json: bool) -> None:
    if as_json:
        render.as_json(plain)
    else:
        show_collection(plain, version_of(plain))


def _remarks(files: Sequence[Path]) -> Iterator[str]:
    """What is right and still worth knowing, file by file."""
    from paysync.schemes.check import checked
    from paysync.schemes.collections import KEY
    from paysync.schemes.remarks import remarks

    for file in files:
        text = file.read_text(encoding="utf-8")
        if f"\n{KEY}:" not in f"\n{text}":
            yield from (f"{file}: {remark}" for remark in remarks(checked(text, str(file))))


def _problems(file: Path) -> tuple[Problem, ...]:
    """The file's problems, the connector's own options included."""
    from paysync.schemes.check import checked, plain_form
    from paysync.schemes.collections import KEY, collection_of
    from paysync.schemes.yamltext import read

    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        return (Problem(1, f"the file cannot be read ({error.__class__.__name__})"),)
    try:
        if f"\n{KEY}:" in f"\n{text}":
            collection_of(text, str(file))
            return ()
        plain = plain_form(checked(text, str(file)), file)
    except SchemeFileError as error:
        return error.problems
    try:
        Forms.of(plain["target"].get("options", {}))
    except SchemeError as error:
        what = dict(error.diagnosis.details)["what"]
        option = what.partition(":")[0].rpartition(".")[2]
        return (Problem(read(text, str(file)).line(("target", "options", option)), what),)
    return ()
