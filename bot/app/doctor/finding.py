"""One line of what the doctor found."""

from dataclasses import dataclass
from typing import Literal

Level = Literal["ok", "warn", "fail"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, how it is, and what to do if it is not well."""

    name: str
    level: Level
    told: str
    remedy: str = ""


def ok(name: str, told: str) -> Finding:
    """Nothing to do."""
    return Finding(name, "ok", told)


def warn(name: str, told: str, remedy: str) -> Finding:
    """It works, but somebody should look soon."""
    return Finding(name, "warn", told, remedy)


def fail(name: str, told: str, remedy: str) -> Finding:
    """People are not served, or a promise does not hold."""
    return Finding(name, "fail", told, remedy)
