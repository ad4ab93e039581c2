"""`paysync`: the groups of commands, and how errors end a command."""

import sys
from typing import Annotated, NoReturn

import typer
from botocore.exceptions import BotoCoreError, ClientError

from paysync import __version__
from paysync.cli import doctor, local, look, review, runs, scheme
from paysync.cli.reconcile import reconcile
from paysync.cli.replay import replay
from paysync.cli.show import show
from paysync.cli.stack import Chosen, said, unclear
from paysync.core.diagnosis import Diagnosis
from paysync.core.errors import PaysyncError
from paysync.local.errors import LocalError

app = typer.Typer(
    name="paysync",
    help=(
        "Paid payments from Maycur (每刻报销) into Kingdee K3Cloud (金蝶云星空), neither doubled nor lost.\n\n"
        "Start with `paysync status`. Ask for one payment with `paysync show KEY`. After its cause was mended, send it "
        "again with `paysync replay KEY`: that is safe at any time, any number of times."
    ),
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("status", rich_help_panel="Look")(look.status)
app.command("list", rich_help_panel="Look")(look.list_)
app.command("show", rich_help_panel="Look")(show)
app.command("replay", rich_help_panel="Act")(replay)
app.add_typer(review.app, name="review", rich_help_panel="Act")
app.command("backfill", rich_help_panel="Act")(runs.backfill)
app.command("reconcile", rich_help_panel="Act")(reconcile)
app.command("doctor", rich_help_panel="Look")(doctor.doctor)
app.add_typer(scheme.app, name="scheme", rich_help_panel="Adapt it")
app.add_typer(local.app, name="local", rich_help_panel="Try it here")


def _print_version(wanted: bool) -> None:  # noqa: FBT001 - the shape that typer asks of a callback
    if wanted:
        typer.echo(f"paysync {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    ctx: typer.Context,
    stack: Annotated[
        str, typer.Option("--stack", help="The stack: a name, or `local`. Else PAYSYNC_STACK, else samconfig.toml's.")
    ] = "",
    _version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    ctx.obj = Chosen(stack)


def main() -> None:
    """Run a command. What we raise and what AWS refuses ends it with 1 and says what to do, in both languages.

    Anything else is a defect and shows itself.
    """
    try:
        app()
    except PaysyncError as error:
        _fail(str(error), error.diagnosis)
    except (BotoCoreError, ClientError) as error:
        refused = unclear(
            f"AWS refused: {said(error)}", "Check your credentials and rights, the region and the stack's name"
        )
        _fail(str(refused), refused.diagnosis)
    except LocalError as error:
        _fail(str(error))


def _fail(text: str, why: Diagnosis | None = None) -> NoReturn:
    lines = [f"paysync: {text}", *([f"         {why.problem('zh')} → {why.solution('zh')}"] if why else [])]
    sys.stderr.write("\n".join([*lines, ""]))
    sys.exit(1)


if __name__ == "__main__":
    main()
