"""Scripts, styles and the vendored libraries, under a path that changes with their content."""

import hashlib
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

PREFIX: Final = "/console/static"
TYPES: Final = {
    "js": "text/javascript; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "svg": "image/svg+xml",
    "txt": "text/plain; charset=utf-8",
    "json": "application/json",
    "webmanifest": "application/manifest+json",
}
KEEP: Final = "public, max-age=31536000, immutable"
VERSION_DIGITS: Final = 16


@dataclass(frozen=True, slots=True)
class StaticFiles:
    """All files in memory, read once; `version` is a hash over everything.

    Modules import each other by relative paths, so that they share one version.
    """

    files: dict[str, bytes]
    version: str

    @property
    def base(self) -> str:
        """The path that the pages of this version load from."""
        return f"{PREFIX}/{self.version}"

    async def endpoint(self, request: Request) -> Response:
        """One file; a page that is older than the program still gets it, but keeps it not."""
        path = request.path_params["path"]
        content = self.files.get(path)
        kind = TYPES.get(path.rpartition(".")[2])
        if content is None or kind is None:
            return Response(status_code=404)
        same = request.path_params["version"] == self.version
        headers = {"Cache-Control": KEEP if same else "no-store"}
        if path.endswith(".worker.js"):
            headers["Service-Worker-Allowed"] = "/console/"
        return Response(content, media_type=kind, headers=headers)


def read_static() -> StaticFiles:
    """The files of this package."""
    files = dict(_walk(resources.files(__package__) / "static", ""))
    digest = hashlib.sha256()
    for path, content in sorted(files.items()):
        digest.update(path.encode() + b"\0" + hashlib.sha256(content).digest())
    return StaticFiles(files, digest.hexdigest()[:VERSION_DIGITS])


def _walk(folder: Traversable, prefix: str) -> list[tuple[str, bytes]]:
    found = []
    for each in folder.iterdir():
        path = f"{prefix}{each.name}"
        if each.is_dir():
            found += _walk(each, f"{path}/")
        else:
            found.append((path, each.read_bytes()))
    return found


def wordlist(tag: str) -> tuple[str, ...]:
    """The 256 words that fingerprints are read aloud with in a language."""
    file = resources.files(__package__) / "static" / "wordlists" / f"{tag}.txt"
    return tuple(file.read_text(encoding="utf-8").split())
