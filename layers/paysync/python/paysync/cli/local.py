"""`paysync local`: a local AWS with the real template on it, to try paysync against any endpoints."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from paysync import local
from paysync.cli import render
from paysync.cli.local_run import run as drive
from paysync.cli.stack import LOCAL, Stack
from paysync.local.parameters import parsed_overrides

app = typer.Typer(
    help="Run the whole stack on this machine: a local AWS, the real template, against endpoints that you name.",
    no_args_is_help=True,
)

MaycurSecret = Annotated[
    Path, typer.Option("--maycur-secret", help="JSON file: app_code, app_secret.", exists=True, dir_okay=False)
]
K3CloudSecret = Annotated[
    Path,
    typer.Option(
        "--k3cloud-secret",
        help="JSON file: acct_id, user_name, app_id, app_secret, lcid, org_num.",
        exists=True,
        dir_okay=False,
    ),
]


@app.command("up")
def up(
    maycur_url: Annotated[str, typer.Option("--maycur-url", help="Where Maycur answers.")],
    k3cloud_url: Annotated[str, typer.Option("--k3cloud-url", help="Where K3Cloud answers, with its /K3Cloud/.")],
    maycur_secret: MaycurSecret,
    k3cloud_secret: K3CloudSecret,
    port: Annotated[int | None, typer.Option("--port", help="Port of the local AWS. Else a free one.")] = None,
    chosen: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="Parameter=Value", help="A stack parameter. May be given several times."),
    ] = None,
) -> None:
    """Build, start and deploy. No schedule fires unless you --set one; `paysync local run` drives the stack.

    It books for real: what it finds paid at --maycur-url is pushed, submitted and audited at --k3cloud-url. Only ever
    name a test tenant: `down` forgets the ledger, and with it which payments were booked. Where one of them is not on
    this machine, --set FetchSince and --set RuleId are needed.

    While it runs, `up` again deploys what has changed and keeps all data; what is not --set is as in template.yaml.

    Example: paysync local up --maycur-url http://127.0.0.1:8081 --k3cloud-url http://127.0.0.1:8082/K3Cloud/
    --maycur-secret maycur.json --k3cloud-secret k3cloud.json --set QuietPeriodSeconds=20
    """
    local.up(
        maycur_url,
        k3cloud_url,
        maycur_secret,
        k3cloud_secret,
        port=port,
        overrides=parsed_overrides(chosen or []),
        progress=lambda step: render.err.print(step, markup=False),
    )
    running = local.current()
    if running is not None:
        typer.echo(f"{running.stack_name} is up at {running.endpoint_url}: paysync --stack local status")


@app.command("run")
def run(
    until_idle: Annotated[bool, typer.Option("--until-idle", help="Go on until nothing is open.")] = False,
    timeout: Annotated[
        float, typer.Option("--timeout", min=1, metavar="S", help="Seconds until it ends with 1.")
    ] = 600,
) -> None:
    """Fetch once; with --until-idle let queue and sweep work until everything is settled or waits for a person.

    Ends with 0 when it is, with 1 at the timeout or when a fetch failed.

    Example: paysync local run --until-idle --timeout 300
    """
    stack = Stack(LOCAL)
    with render.err.status("fetching") as status:
        ended = drive(
            stack,
            until_idle=until_idle,
            timeout=timedelta(seconds=timeout),
            on_tick=lambda now: status.update(render.progress_line(now)),
        )
    render.out.print(render.progress_line(ended.overview))
    if ended.reason:
        render.err.print(ended.reason, markup=False)
        raise typer.Exit(1)


@app.command("down")
def down() -> None:
    """Stop the local AWS and forget its data: the ledger, too, and with it which payments were booked.

    Example: paysync local down
    """
    typer.echo("stopped" if local.down() else "already down")
