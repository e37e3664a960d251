"""One place, and how it stands in a row of places.csv."""

from dataclasses import dataclass
from typing import Final, Literal

from bot.domain.csv_rows import Problem, Row
from bot.domain.geometry import is_point, kilometres_outside
from bot.domain.language import TAGS
from bot.domain.wording import Wording

GOVERNORATES: Final = (
    "AN", "BA", "MU", "NA", "QA", "SU", "BB", "BG", "DA", "DI", "AR", "KA", "KI", "MA", "NI",
    "SD", "DQ", "WA", "HA",
)  # fmt: skip
COLUMNS: Final = (
    "code", "kind", "governorate", "en", "ar", "ckb", "kmr", "also", "latitude", "longitude",
    "gbvims", "kurdistan", "alone", "geonameid", "review",
)  # fmt: skip
NEXT_DOOR_KM: Final = 100.0
"""A point this far outside Iraq still counts: a phone near a border, or a coarse fix."""


@dataclass(frozen=True, slots=True)
class Place:
    """A governorate or a town of one.

    `alone`: the name is an everyday word too (Balad is "country"), so it only counts when it is
    the whole answer. `review`: languages whose name waits for a native speaker, and
    `governorate` or `coordinates` where these were set by hand.
    """

    code: str
    kind: Literal["governorate", "town"]
    governorate: str
    names: Wording
    also: tuple[str, ...]
    point: tuple[float, float]
    gbvims: str
    kurdistan: bool
    alone: bool
    review: tuple[str, ...]


def read_place(row: Row, problems: list[Problem]) -> Place | None:
    """A row as a place; its faults go to `problems`."""
    faults = [row.problem(tag, "the name is missing.") for tag in TAGS if not row[tag]]
    if row["governorate"] not in GOVERNORATES:
        faults.append(row.problem("governorate", f"unknown code {row['governorate']!r}."))
    point = _point(row)
    if point is None or kilometres_outside(point) > NEXT_DOOR_KM:
        faults.append(row.problem("latitude", "not a point in Iraq. Give degrees, north first."))
    governorate = row["kind"] == "governorate"
    if not governorate and row["kind"] != "town":
        faults.append(row.problem("kind", "write `governorate` or `town`."))
    faults += [
        row.problem(column, "write `true` or `false`.")
        for column in ("kurdistan", "alone")
        if row[column] not in {"true", "false"}
    ]
    problems += faults
    if faults or point is None:
        return None
    return Place(
        code=row["code"],
        kind="governorate" if governorate else "town",
        governorate=row["governorate"],
        names=Wording(en=row["en"], ar=row["ar"], ckb=row["ckb"], kmr=row["kmr"]),
        also=row.items("also"),
        point=point,
        gbvims=row["gbvims"],
        kurdistan=row["kurdistan"] == "true",
        alone=row["alone"] == "true",
        review=row.items("review"),
    )


def _point(row: Row) -> tuple[float, float] | None:
    try:
        point = float(row["latitude"]), float(row["longitude"])
    except ValueError:
        return None
    return point if is_point(*point) else None
