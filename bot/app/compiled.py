"""What was worked out from files, kept beside the code as Python keeps its own `.pyc`.

Reading flows, catalogues and lexicon takes half a second of a start, and a bot that was killed
should be back at once. What is kept counts only while every source, the code that reads them
included, is byte for byte what it was made of. It is trusted as far as the code beside it and no
further: where the program may not write there (an installation owned by root), nothing is kept
unless the installation did it, and every start works it out anew.
"""

import contextlib
import hashlib
import os
import pickle
import stat
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final, TypeVar

Result = TypeVar("Result")

FOLDER: Final = Path(__file__).parent / "__pycache__"
DIGEST_BYTES: Final = 32


def compiled(
    name: str, sources: Iterable[Path], make: Callable[[], Result], folder: Path = FOLDER
) -> Result:
    """What `make` makes of these files, or made of the same files at an earlier start."""
    file = folder / f"{name}.{sys.implementation.cache_tag}.pickle"
    mark = _digest(sources)
    try:
        found: Result = pickle.loads(_kept(file, mark))  # noqa: S301 - beside the code, and its equal
    except Exception:  # noqa: BLE001 - not there, not ours, or broken in whatever way: made anew
        found = make()
        _keep(file, mark, found)
    return found


def _digest(sources: Iterable[Path]) -> bytes:
    whole = hashlib.sha256(sys.version.encode())
    for path in sorted(sources):
        content = path.read_bytes()
        whole.update(f"\0{path.name}\0{len(content)}\0".encode())
        whole.update(content)
    return whole.digest()


def _kept(file: Path, mark: bytes) -> bytes:
    """The pickle in the file; ValueError unless it is of these sources and of nobody else."""
    with file.open("rb") as opened:
        owner = os.fstat(opened.fileno())
        if owner.st_uid not in (0, os.geteuid()) or owner.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
            raise ValueError("somebody else can write it")
        content = opened.read()
    if content[:DIGEST_BYTES] != mark:
        raise ValueError("made of other files")
    return content[DIGEST_BYTES:]


def _keep(file: Path, mark: bytes, made: object) -> None:
    """For the next start; where nothing can be written, that one takes longer."""
    fresh = file.with_suffix(f".{os.getpid()}")
    try:
        file.parent.mkdir(exist_ok=True)
        fresh.write_bytes(mark + pickle.dumps(made, protocol=pickle.HIGHEST_PROTOCOL))
        fresh.chmod(0o644)  # nothing secret: whoever runs the program may read it
        fresh.replace(file)
    except OSError:
        with contextlib.suppress(OSError):
            fresh.unlink(missing_ok=True)
