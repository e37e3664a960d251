# ruff: noqa: INP001, T201 -- a program that is run, no package to import
"""The licences of everything the program runs on, from the lock and what is installed.

`licences.py` writes deploy/LICENCES.md; `licences.py --check` fails if that file is not what would
be written, or if a package came in whose licence nobody has allowed.
"""

import re
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Final

PROJECT: Final = Path(__file__).resolve().parents[2]
LOCK: Final = PROJECT / "requirements" / "core.txt"
LIST: Final = PROJECT / "deploy" / "LICENCES.md"
ALLOWED: Final = frozenset(
    {
        "0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT", "MIT-0", "MPL-2.0",
        "PSF-2.0",
    }
)  # fmt: skip
ALLOWED_FOR: Final = {
    "python-telegram-bot": "LGPL-3.0-only",  # imported as it is; anybody can replace it
    "psycopg": "LGPL-3.0-only",
    "psycopg-binary": "LGPL-3.0-only",
    "psycopg-pool": "LGPL-3.0-only",
}
CALLED: Final = {
    "apache 2.0": "Apache-2.0",
    "apache license, version 2.0": "Apache-2.0",
    "apache software license": "Apache-2.0",
    "bsd": "BSD-3-Clause",
    "bsd license": "BSD-3-Clause",
    "isc license": "ISC",
    "isc license (iscl)": "ISC",
    "mit license": "MIT",
    "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0",
    "python software foundation license": "PSF-2.0",
}
"""What packages say in their own words, as an SPDX name."""
HEADING: Final = """# Licences of what Sanad runs on

Written by `./run licences` from requirements/core.txt; `./run lint` checks it. Sanad itself:
Apache-2.0. Places: GeoNames, CC BY 4.0 (flows/directory/ATTRIBUTION.md).

| package | version | licence |
| --- | --- | --- |
"""


def locked() -> list[tuple[str, str]]:
    """Name and version of every package in the lock."""
    return re.findall(r"^([A-Za-z0-9_.-]+)==([^ ;\\]+)", LOCK.read_text("utf-8"), re.MULTILINE)


def licence(name: str) -> str:
    """The licence a package's own metadata names, as an SPDX expression where it can be told."""
    told = metadata.metadata(name)
    said = [told.get("License-Expression") or "", *(told.get("License") or "").splitlines()[:1]]
    said += [
        line.rpartition("::")[2].strip()
        for line in told.get_all("Classifier") or []
        if line.startswith("License ::")
    ]
    found = [CALLED.get(text.strip().lower(), text.strip()) for text in said if text.strip()]
    return found[0] if found else "unknown"


def refused(name: str, expression: str) -> bool:
    """Whether nobody has allowed this licence for this package."""
    if ALLOWED_FOR.get(name) == expression:
        return False
    choices = re.split(r" OR ", expression)
    return not any(set(re.split(r" AND ", choice.strip("()"))) <= ALLOWED for choice in choices)


def table() -> Iterator[tuple[str, str, str]]:
    """A row for each package."""
    for name, version in locked():
        yield name, version, licence(name)


def main() -> int:
    """Write or check; the exit code."""
    try:
        rows = list(table())
    except metadata.PackageNotFoundError as error:
        print(f"{error.name} is locked but not installed: run this again after ./run test")
        return 1
    strangers = [
        f"{name}: {expression}" for name, _, expression in rows if refused(name, expression)
    ]
    if strangers:
        print("a licence nobody has allowed (deploy/tools/licences.py):", *strangers, sep="\n  ")
        return 1
    text = HEADING + "".join(f"| {name} | {version} | {said} |\n" for name, version, said in rows)
    if sys.argv[1:] != ["--check"]:
        LIST.write_text(text, "utf-8")
    elif not LIST.exists() or LIST.read_text("utf-8") != text:
        print("deploy/LICENCES.md is not that of the lock: ./run licences")
        return 1
    print(f"licences: {len(rows)} packages, all allowed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
