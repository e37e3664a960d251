"""`sanad`: arguments and exit codes only."""

import sys

import typer

from bot.cli import serve as serving
from bot.errors import SanadError

app = typer.Typer(
    help="Sanad: anonymous guidance and sealed reporting.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,  # a pretty traceback shows local variables
    add_completion=False,
)
app.command()(serving.serve)


@app.callback()
def sanad() -> None:
    """Sanad: anonymous guidance and sealed reporting."""  # keeps `serve` a command when alone


def main() -> None:
    """Run one command; an error a person can mend is one sentence and exit code 1."""
    _add_rest()
    try:
        app()
    except SanadError as error:
        print(error, file=sys.stderr)
        sys.exit(1)


def _add_rest() -> None:
    """The commands whose modules take time to load are added only when it is not `serve`."""
    if sys.argv[1:2] == ["serve"]:
        return
    from bot.cli import (  # noqa: PLC0415 - above
        audit,
        backup,
        case,
        casework,
        channel,
        console,
        demo,
        directory,
        doctor,
        flow,
        i18n,
        poster,
        roster,
        setup,
    )
    from bot.cli.prove import prove_command  # noqa: PLC0415 - above
    from bot.cli.push_plan import push_plan  # noqa: PLC0415 - above

    app.command(name="demo")(demo.demo)
    app.command(name="prove")(prove_command)
    app.command(name="backup")(backup.backup)
    app.command(name="restore")(backup.restore)
    app.command(name="doctor")(doctor.doctor)
    app.command(name="setup")(setup.setup)
    app.command(name="poster")(poster.poster)
    app.add_typer(flow.app, name="flow")
    app.add_typer(directory.app, name="directory")
    app.add_typer(i18n.app, name="i18n")
    app.add_typer(roster.app, name="roster")
    case.app.add_typer(casework.app)
    app.add_typer(case.app, name="case")
    app.add_typer(audit.app, name="audit")
    app.add_typer(console.app, name="console")
    app.add_typer(channel.channel_app(push_plan), name="channel")


if __name__ == "__main__":
    main()
