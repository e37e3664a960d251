"""Starts the service in a fresh process again and again, without reading the content each time.

Reads commands from standard input, answers a line for each on standard output:
`start {settings as JSON}` forks a process that serves and answers its number; `wait` answers how
the newest one ended. What is killed is a whole process of its own; only reading flows and words,
which takes seconds and is the same each time, was done before the fork.
"""

import json
import os
import sys
from pathlib import Path

from bot.app import logs
from bot.app.organisation import load_organisation
from bot.app.settings import load_settings
from bot.cli.serve import run
from tests.e2e.house import content


def serve(told: dict) -> None:
    logs.configure()
    organisation = Path(told.pop("organisation_file"))
    run(load_settings(**told), load_organisation(organisation))


def main() -> None:
    content()
    import bot.channels.telegram  # noqa: F401 - read before the fork too

    child = 0
    print("ready", flush=True)
    for line in sys.stdin:
        command, _, told = line.partition(" ")
        if command.strip() == "wait":
            print(os.waitpid(child, 0)[1], flush=True)
            continue
        child = os.fork()
        if child == 0:
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            os.dup2(2, 1)
            serve(json.loads(told))
            os._exit(0)
        print(child, flush=True)


if __name__ == "__main__":
    main()
