"""`sanad flow`: check the conversations, play them, look at every screen."""

import asyncio
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Final

import typer

from bot.app.content import FLOWS, LOCALES, PROJECT, read_content
from bot.app.library import read_book
from bot.app.preview_sheet import write_sheet
from bot.app.schema import flow_schema
from bot.app.transcripts import replay, talk
from bot.domain.language import TAGS
from bot.engine import lint as rules
from bot.engine.routing import Lexicon
from bot.errors import SanadError
from bot.i18n import catalogues, po
from bot.i18n.checks import check_entries, check_source
from bot.i18n.extraction import all_units

app = typer.Typer(help="The conversations: lint, chat, test, preview, route, schema.")
TRANSCRIPTS: Final = PROJECT / "tests" / "transcripts"


@app.command()
def lint() -> None:
    """Check every flow and text; exit 1 and one line a fault when something is wrong."""
    try:
        found = list(_problems())
    except SanadError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    for line in found:
        typer.echo(line)
    if found:
        typer.echo(f"{len(found)} faults", err=True)
        raise typer.Exit(1)
    typer.echo("flows: no faults")


def _problems() -> Iterator[str]:
    catalogue = catalogues.load(LOCALES)
    yield from map(str, rules.check(read_book(FLOWS, catalogue)))
    yield from map(str, check_source(all_units(PROJECT)))
    for tag in TAGS:
        path = catalogues.file_of(LOCALES, tag)
        yield from map(str, check_entries(po.read(path).values(), tag, path.name))


@app.command()
def chat(
    language: Annotated[str, typer.Option(help="Begin in this language (ar, ckb, kmr, en).")] = "",
    record: Annotated[
        Path | None, typer.Option(help="Write the talk here, to be played by `flow test`.")
    ] = None,
) -> None:
    """Talk to the flows in the terminal; nothing is stored, codes and keys are throw-away."""
    asyncio.run(talk(language, record))


@app.command("test")
def play(
    paths: Annotated[list[Path] | None, typer.Argument(help="Transcripts or folders.")] = None,
    *,
    update: Annotated[bool, typer.Option(help="Write what is said now into the files.")] = False,
) -> None:
    """Play recorded talks and compare every screen."""
    files = [
        file
        for path in paths or [TRANSCRIPTS]
        for file in (sorted(path.glob("*.yaml")) if path.is_dir() else [path])
    ]
    content = read_content(sample=True)
    differences = [
        line for file in files for line in asyncio.run(replay(file, content, update=update))
    ]
    for line in differences:
        typer.echo(line)
    typer.echo(f"{len(files)} talks, {len(differences)} differences")
    if differences and not update:
        raise typer.Exit(1)


@app.command()
def preview(
    out: Annotated[Path, typer.Argument(help="The HTML file to write.")] = Path("preview.html"),
) -> None:
    """Write every screen, in four languages, as Telegram and WhatsApp show it, into one file."""
    count = write_sheet(out)
    typer.echo(f"{count} screens in {out}")


@app.command()
def route(
    text: Annotated[str, typer.Argument(help="What somebody wrote; - reads a text a line.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
) -> None:
    """Say what a text is about and whether it sounds like danger."""
    lexicon = Lexicon.load(FLOWS / "lexicon")
    lines = (line.rstrip("\n") for line in sys.stdin) if text == "-" else iter([text])
    for line in lines:
        answer = lexicon.route(line).as_dict()
        if as_json:
            typer.echo(json.dumps(answer, ensure_ascii=False))
        else:
            typer.echo(f"{answer['topic']}{' · danger' if answer['danger'] else ''}")


@app.command()
def schema(
    out: Annotated[Path | None, typer.Argument(help="Write here instead of to the screen.")] = None,
) -> None:
    """The JSON Schema of a flow file, for editors."""
    text = json.dumps(flow_schema(), indent=2) + "\n"
    if out is None:
        typer.echo(text, nl=False)
    else:
        out.write_text(text, encoding="utf-8")
