"""Services a person can turn to: HSDS-shaped CSV files, read, checked and held in memory."""

from bot.domain.csv_rows import Problem
from bot.domain.directory.loading import DirectoryError, combine, is_sample, lint, load
from bot.domain.directory.values import (
    LANGUAGE_NAMES,
    NEEDS,
    Directory,
    Location,
    Organisation,
    Phone,
    Schedule,
    Service,
)

__all__ = [
    "LANGUAGE_NAMES",
    "NEEDS",
    "Directory",
    "DirectoryError",
    "Location",
    "Organisation",
    "Phone",
    "Problem",
    "Schedule",
    "Service",
    "combine",
    "is_sample",
    "lint",
    "load",
]
