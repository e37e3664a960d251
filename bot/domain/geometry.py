"""Distances on the globe and a coarse outline of Iraq, for a location used once in memory."""

import math
from itertools import pairwise
from typing import Final

Point = tuple[float, float]
"""(latitude, longitude) in degrees."""

EARTH_KM: Final = 6371.0
DEGREE_KM: Final = math.pi * EARTH_KM / 180

# Good to some 20 km: it only decides whether a point is "in or next to" Iraq, it is never drawn,
# and it says nothing about any border.
OUTLINE: Final[tuple[Point, ...]] = (
    (37.11, 42.36), (37.37, 42.72), (37.35, 43.30), (37.25, 43.95), (37.30, 44.20),
    (37.15, 44.78), (36.60, 45.05), (36.00, 45.35), (35.80, 46.33), (35.10, 46.20),
    (34.50, 45.55), (33.90, 45.50), (33.00, 46.10), (32.00, 47.75), (31.00, 47.68),
    (30.98, 48.02), (30.45, 48.03), (29.95, 48.55), (30.00, 47.95), (30.10, 47.70),
    (29.10, 46.55), (29.20, 44.72), (31.10, 42.08), (31.95, 40.40), (32.15, 39.20),
    (33.37, 38.79), (34.40, 40.95), (35.60, 41.35), (36.35, 41.28), (36.60, 41.80),
)  # fmt: skip


def is_point(latitude: float, longitude: float) -> bool:
    """Whether two numbers are a place on the globe at all (no NaN, no infinity)."""
    return -90 <= latitude <= 90 and -180 <= longitude <= 180


def kilometres(one: Point, other: Point) -> float:
    """Great-circle distance by the haversine formula."""
    latitude, longitude = math.radians(one[0]), math.radians(one[1])
    latitude_2, longitude_2 = math.radians(other[0]), math.radians(other[1])
    chord = (
        math.sin((latitude_2 - latitude) / 2) ** 2
        + math.cos(latitude) * math.cos(latitude_2) * math.sin((longitude_2 - longitude) / 2) ** 2
    )
    return 2 * EARTH_KM * math.asin(min(1.0, math.sqrt(chord)))


def kilometres_outside(point: Point) -> float:
    """How far a point lies outside the outline of Iraq; 0 inside it."""
    ring = (*OUTLINE, OUTLINE[0])
    if _inside(point, ring):
        return 0.0
    return min(_to_edge(point, start, end) for start, end in pairwise(ring))


def _inside(point: Point, ring: tuple[Point, ...]) -> bool:
    """Even-odd rule."""
    latitude, longitude = point
    inside = False
    for (north, east), (north_2, east_2) in pairwise(ring):
        if (north > latitude) != (north_2 > latitude):
            crossing = east + (latitude - north) * (east_2 - east) / (north_2 - north)
            inside ^= longitude < crossing
    return inside


def _to_edge(point: Point, start: Point, end: Point) -> float:
    """Distance to a segment of the outline, on a plane through it: exact enough for 100 km."""
    stretch = math.cos(math.radians(start[0]))
    across, up = (end[1] - start[1]) * stretch, end[0] - start[0]
    away, above = (point[1] - start[1]) * stretch, point[0] - start[0]
    share = (away * across + above * up) / (across**2 + up**2)
    share = max(0.0, min(1.0, share))
    nearest = (start[0] + share * up, start[1] + share * (end[1] - start[1]))
    return kilometres(point, nearest)
