"""`sanad directory …`: argument parsing and exit codes only."""

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated, Final

import typer

from bot.domain import directory
from bot.domain.baghdad import BAGHDAD
from bot.domain.places import Gazetteer, PlacesError

FOLDER: Final = Path(__file__).resolve().parents[2] / "flows" / "directory"
PLACES: Final = "places.csv"

app = typer.Typer(no_args_is_help=True, help="The directory of services and places.")


@app.callback()
def main() -> None:
    """The directory of services and places."""


@app.command()
def lint(
    folder: Annotated[Path, typer.Argument(help="Folder of the CSV files.")] = FOLDER,
    today: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day to check for.")
    ] = None,
    *,
    strict: Annotated[bool, typer.Option(help="What is only stale fails too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON list, for editors.")] = False,
) -> None:
    """Check the service directory; leaves with 1 when something is wrong.

    Stale entries (expired, or not made sure of for 90 days) are told, but only --strict fails on
    them: a build must not go red because a day has passed.
    """
    if not folder.is_dir():
        print(f"There is no folder {folder.name!r}. Give the folder of services.csv.")
        raise typer.Exit(2)
    day = (today or datetime.now(BAGHDAD)).date()
    problems = directory.lint(folder, day)
    places = _places(folder)
    failed = any(strict or problem.severity == "error" for problem in problems) or bool(places)
    if as_json:
        told = [asdict(problem) for problem in problems] + [{"text": text} for text in places]
        print(json.dumps(told, ensure_ascii=False, indent=1))
    else:
        for problem in problems:
            print(f"{problem}{' (stale)' if problem.severity == 'stale' else ''}")
        for text in places:
            print(text)
        print(f"{len(problems) + len(places)} found.")
    raise typer.Exit(int(failed))


def _places(folder: Path) -> list[str]:
    """Faults of the list of places, where the folder has one."""
    path = folder / PLACES
    try:
        if path.exists():
            Gazetteer.load(path)
    except PlacesError as error:
        return str(error).splitlines()
    return []
