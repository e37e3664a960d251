"""A folder of directory files as a Directory, or the list of what is wrong with it."""

from datetime import date
from pathlib import Path

from bot.domain.csv_rows import Problem
from bot.domain.directory.checks import check, stale
from bot.domain.directory.reading import is_sample, read
from bot.domain.directory.values import Directory
from bot.errors import SanadError

__all__ = ["DirectoryError", "combine", "is_sample", "lint", "load"]


class DirectoryError(SanadError):
    """The service directory cannot be used; each line starts with file:line:column."""


def load(folder: Path, *, allow_sample: bool = False) -> Directory:
    """Read a directory that may be shown. Raises DirectoryError with every fault, one a line.

    An invented directory is refused unless asked for: a survivor sent to a made-up shelter would
    be a harm no message undoes.
    """
    reading = read(folder)
    if reading.sample and not allow_sample:
        raise DirectoryError(
            f"{folder.name} is marked as a sample. Use it in the demo only; give the real one."
        )
    faults = [*reading.problems, *check(reading)]
    if faults:
        raise DirectoryError("\n".join(map(str, faults)))
    services = tuple(entry.service for entry in reading.entries)
    return Directory(services, sample=reading.sample)


def combine(*directories: Directory) -> Directory:
    """Several directories as one; a sample among them makes the whole a sample."""
    services = tuple(service for directory in directories for service in directory.services)
    return Directory(services, sample=any(directory.sample for directory in directories))


def lint(folder: Path, today: date) -> list[Problem]:
    """Everything wrong with a directory, in the order of its files and lines."""
    reading = read(folder)
    faults = [*reading.problems, *check(reading), *stale(reading, today)]
    return sorted(faults, key=lambda fault: (fault.file, fault.line, fault.column))
