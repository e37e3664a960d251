"""The demo's sample people as its console shows them: a file in the demo's folder."""

from pathlib import Path
from typing import Final

import msgspec

from bot.console.desk import DemoSheet

SHEET_FILE: Final = "people.json"


def read_demo_sheet(data: Path) -> DemoSheet | None:
    """Who can sign in with one click; None where the demo made no people for the console."""
    try:
        people = msgspec.json.decode((data / SHEET_FILE).read_bytes(), type=dict[str, str])
    except (OSError, msgspec.DecodeError):
        return None
    return DemoSheet(people)


def demo_sheet_bytes(people: dict[str, str]) -> bytes:
    """The file: handle and passphrase of every sample person."""
    return msgspec.json.encode(people) + b"\n"
