"""Where somebody is: the 19 governorates and their towns, by name in four languages or by a point.

The governorate is the finest place anything is ever kept for; towns only lead to it.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Final, Self

from rapidfuzz import fuzz, process

from bot.domain.csv_rows import Problem, read_table
from bot.domain.folding import fold
from bot.domain.geometry import is_point, kilometres, kilometres_outside
from bot.domain.language import TAGS, Tag
from bot.domain.place_rows import COLUMNS, GOVERNORATES, NEXT_DOOR_KM, Place, read_place
from bot.domain.place_words import ASIDE, EVERYDAY, bare, compact, spoken_forms
from bot.errors import SanadError

LONGEST_TEXT: Final = 200
"""Characters looked at: a place is named at the beginning of what is longer."""
LONGEST_NAME: Final = 4
"""Words."""
SHORTEST_GUESS: Final = 5
"""Letters; shorter names are too near to one another to guess at."""
GUESS_CUTOFF: Final = 84.0


__all__ = ["GOVERNORATES", "Gazetteer", "Place", "PlacesError"]


class PlacesError(SanadError):
    """The list of places cannot be used; the text starts with file:line:column."""


class Gazetteer:
    """All places, indexed in memory; immutable after it is made."""

    def __init__(self, places: tuple[Place, ...]) -> None:
        self.places = places
        self.governorates = {place.code: place for place in places if place.kind == "governorate"}
        self._whole: dict[str, tuple[Place, ...]] = {}
        self._inside: dict[str, tuple[Place, ...]] = {}
        for place in places:
            self._add(place)
        self._guessable = tuple(key for key in self._whole if len(key) >= SHORTEST_GUESS)
        self._neighbours = {code: self._by_distance(code) for code in self.governorates}

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read places.csv. Raises PlacesError with every fault, one a line."""
        table = read_table(path, COLUMNS)
        problems = list(table.problems)
        places = tuple(place for row in table.rows if (place := read_place(row, problems)))
        missing = set(GOVERNORATES) - {place.code for place in places}
        if missing and not problems:
            text = f"governorates {', '.join(sorted(missing))} are missing. Add a row for each."
            problems.append(Problem(path.name, 1, 1, text))
        if problems:
            raise PlacesError("\n".join(map(str, problems)))
        return cls(places)

    def codes(self) -> tuple[str, ...]:
        """The governorate codes in the order they are shown."""
        return tuple(self.governorates)

    def label(self, code: str, tag: Tag) -> str:
        """A governorate's name in a language; an unknown code is its own name."""
        place = self.governorates.get(code)
        return place.names.of(tag) if place else code

    def match(self, text: str) -> list[Place]:
        """The places a text may mean, likeliest first; several only where names are ambiguous.

        A governorate stands for its city of the same name. Never raises, whatever the text.
        """
        key = fold(text[:LONGEST_TEXT])
        return list(self._as_answer(key) or self._in_sentence(key))

    def find(self, text: str) -> str | None:
        """The governorate when the text is a place and nothing else, else None.

        Stricter than `match` on purpose: a cry for help that happens to name a town has to reach
        the danger words and not be taken for an answer.
        """
        found = self._as_answer(fold(text[:LONGEST_TEXT]))
        codes = {place.governorate for place in found}
        return codes.pop() if len(codes) == 1 and len(text) <= LONGEST_TEXT else None

    def nearest(self, latitude: float, longitude: float) -> Place | None:
        """The governorate a point lies in or next to; None outside Iraq or for no point at all."""
        point = (latitude, longitude)
        if not is_point(latitude, longitude):
            return None
        if kilometres_outside(point) > NEXT_DOOR_KM:
            return None
        closest = min(self.places, key=lambda place: kilometres(point, place.point))
        return self.governorates[closest.governorate]

    def at(self, latitude: float, longitude: float) -> str | None:
        """The code of `nearest`."""
        place = self.nearest(latitude, longitude)
        return place.code if place else None

    def neighbours(self, governorate: str) -> tuple[str, ...]:
        """The other governorates by the distance of their centres, nearest first."""
        return self._neighbours.get(governorate, ())

    def _add(self, place: Place) -> None:
        for name in (*(place.names.of(tag) for tag in TAGS), *place.also):
            key = fold(name)
            _put(self._whole, compact(key), place)
            if not place.alone:
                _put(self._inside, key, place)

    def _by_distance(self, code: str) -> tuple[str, ...]:
        centre = self.governorates[code].point
        others = (place for place in self.governorates.values() if place.code != code)
        near = sorted(others, key=lambda place: kilometres(centre, place.point))
        return tuple(place.code for place in near)

    def _as_answer(self, key: str) -> tuple[Place, ...]:
        """The whole text as a place: as written, without words around it, then with slips."""
        rest = bare(key)
        if key in EVERYDAY or rest in EVERYDAY:
            return ()
        if exact := self._whole.get(compact(key)):
            return exact
        if not rest:
            return ()
        for form in spoken_forms(rest):
            if found := self._whole.get(compact(form)):
                return found
        return self._guess(rest)

    def _guess(self, key: str) -> tuple[Place, ...]:
        wanted = compact(key)
        if len(wanted) < SHORTEST_GUESS or key.count(" ") >= LONGEST_NAME:
            return ()
        hits = process.extract(
            wanted, self._guessable, scorer=fuzz.ratio, score_cutoff=GUESS_CUTOFF, limit=5
        )
        best = [name for name, score, _ in hits if score >= hits[0][1] - 2]
        return _unique(place for name in best for place in self._whole[name])

    def _in_sentence(self, key: str) -> tuple[Place, ...]:
        """Names written out in a longer text, the longest first, each word used once."""
        words = key.split()
        found: list[Place] = []
        start = 0
        while start < len(words):
            for length in range(min(LONGEST_NAME, len(words) - start), 0, -1):
                places = self._named(" ".join(words[start : start + length]))
                if places:
                    found += places
                    start += length - 1
                    break
            start += 1
        return _unique(found)

    def _named(self, phrase: str) -> tuple[Place, ...]:
        if phrase in ASIDE:
            return ()
        for form in spoken_forms(phrase):
            if places := self._inside.get(form):
                return places
        return ()


def _put(index: dict[str, tuple[Place, ...]], key: str, place: Place) -> None:
    """A town that is called like its governorate is not a second meaning of the name."""
    known = index.get(key, ())
    if key and all(other.governorate != place.governorate for other in known):
        index[key] = (*known, place)


def _unique(places: Iterable[Place]) -> tuple[Place, ...]:
    return tuple({place.code: place for place in places}.values())
