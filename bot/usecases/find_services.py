"""Find services near a person: at most a few, nearest first, only what may be shown today."""

from datetime import date
from functools import lru_cache
from itertools import islice
from typing import Final

from bot.domain.directory import NEEDS, Directory, Service
from bot.domain.places import Gazetteer

MOST: Final = 3
"""Cards at once: more cannot be read on a small screen by somebody who is afraid."""

ORDERS: Final = 512
"""Rankings kept: 19 governorates and none, 13 needs and none, and room for a second directory."""

Rank = tuple[bool, bool, bool, int]


def find(
    directory: Directory,
    gazetteer: Gazetteer,
    governorate: str | None,
    need: str | None,
    today: date,
    *,
    women_only: bool = False,
    limit: int = MOST,
) -> tuple[Service, ...]:
    """The best services for a need, from memory.

    First what serves the person where they are (in the governorate, then remote or nationwide),
    then other governorates by the distance of their centres; within each of the two, entries with
    a contact before those a caseworker has to put in touch, and the police after all others. An
    unknown governorate counts as none; an unknown need finds nothing.
    """
    if need is not None and need not in NEEDS:
        return ()
    place = governorate if governorate in gazetteer.governorates else None
    shown = (
        service
        for service in _in_order(directory, gazetteer, place, need)
        if service.may_be_shown(today) and (service.women_staff == "yes" or not women_only)
    )
    return tuple(islice(shown, max(0, limit)))


@lru_cache(maxsize=ORDERS)
def _in_order(
    directory: Directory, gazetteer: Gazetteer, governorate: str | None, need: str | None
) -> tuple[Service, ...]:
    """All services for a need as they rank for a governorate; they rank the same every day.

    Kept because both are immutable; what may be shown is asked anew at every look-up.
    """
    distance = {code: near for near, code in enumerate(gazetteer.neighbours(governorate or ""), 2)}
    # The same rank keeps the order of the file: a deployer's own preference.
    return tuple(
        sorted(
            directory.offering(need),
            key=lambda service: _rank(service, governorate, distance),
        )
    )


def _rank(service: Service, governorate: str | None, distance: dict[str, int]) -> Rank:
    far = len(distance) + 2
    if governorate in service.governorates:
        near = 0
    elif service.nationwide or service.remote:
        near = 1
    else:
        near = min((distance.get(code, far) for code in service.governorates), default=far)
    return near > 1, service.publish != "contact", service.police_linked, near
