# ruff: noqa: INP001, T201 -- a program that is run, no package to import
"""Ask whether any locked package has a published vulnerability, and never take silence for a no.

Exit 0: every package was asked about and none is affected. 1: some are. 3: not everything could be
asked about (no way to the source, or it does not know the package), which is said and is no pass.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

PROJECT: Final = Path(__file__).resolve().parents[2]
LOCK: Final = PROJECT / "requirements" / "core.txt"
AFFECTED: Final = 1
UNKNOWN: Final = 3


def asked(lock: Path) -> list[dict[str, Any]] | None:
    """What pip-audit says of each package; None when it could not ask at all."""
    done = subprocess.run(  # noqa: S603 - our own arguments
        [
            sys.executable, "-m", "pip_audit", "--requirement", str(lock), "--require-hashes",
            "--disable-pip", "--format", "json", "--progress-spinner", "off", "--timeout", "10",
        ],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    try:
        return list(json.loads(done.stdout)["dependencies"])
    except (ValueError, KeyError, TypeError):
        return None


def verdict(found: list[dict[str, Any]] | None) -> tuple[int, list[str]]:
    """Exit code and what to print."""
    if not found:
        return UNKNOWN, ["NOT AUDITED: the source of advisories cannot be reached from here"]
    affected = [
        f"{package['name']} {package['version']}: {advisory['id']}"
        f" (mended in {', '.join(advisory.get('fix_versions', [])) or 'no version yet'})"
        for package in found
        for advisory in package.get("vulns", [])
    ]
    skipped = [package["name"] for package in found if "skip_reason" in package]
    lines = [*affected, f"{len(found) - len(skipped)} of {len(found)} packages asked about"]
    if skipped:
        lines.append(f"NOT AUDITED: {len(skipped)}, among them {', '.join(skipped[:5])}")
    if affected:
        return AFFECTED, lines
    return (UNKNOWN if skipped else 0), lines


if __name__ == "__main__":
    code, told = verdict(asked(LOCK))
    print(*told, sep="\n")
    sys.exit(code)
