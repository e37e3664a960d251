"""Starts the program in a fresh process again and again, without reading the content each time.

Reads commands from standard input, answers a line for each on standard output: `start {orders}`
forks a process that serves and answers its number; `wait` answers how the newest one ended. What
is killed is a whole process of its own; only reading flows and words, which takes seconds and is
the same each time, was done before the fork.
"""

import dataclasses
import os
import signal
import sys
from pathlib import Path

from bot.app import compose, logs
from bot.app.content import Content, read_content
from bot.app.library import Shelf
from bot.app.organisation import load_organisation
from bot.app.settings import load_settings
from bot.cli.serve import run
from bot.prove import hooks, orders
from bot.prove.orders import Orders


def serve(told: Orders) -> None:
    """Be the program, until the end."""
    log = os.open(told.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(log, 1)
    os.dup2(log, 2)
    if told.debug:
        hooks.log_everything()
    else:
        logs.configure()
    hooks.apply(told)
    organisation = Path(told.settings.pop("organisation_file"))
    run(load_settings(**told.settings), load_organisation(organisation))


def main() -> None:
    """Obey until the input ends."""
    content = read_content(sample=False)

    def kept(*, sample: bool, books: Path | None = None) -> Content:
        del sample
        return dataclasses.replace(content, shelf=Shelf(content.shelf.current, books))

    vars(compose)["read_content"] = kept
    import bot.channels.telegram  # noqa: PLC0415 - read before the fork too
    import bot.channels.whatsapp  # noqa: F401, PLC0415 - the same

    child = 0
    print("ready", flush=True)  # noqa: T201 - this is how it answers
    for line in sys.stdin:
        command, _, told = line.partition(" ")
        if command.strip() == "wait":
            status = os.waitpid(child, 0)[1]
            child = 0
            print(status, flush=True)  # noqa: T201 - the answer
            continue
        child = os.fork()
        if child == 0:
            serve(orders.decode(told))
            os._exit(0)
        print(child, flush=True)  # noqa: T201 - the answer
    if child:
        os.kill(child, signal.SIGKILL)  # whoever asked is gone: nobody would ever end it


if __name__ == "__main__":
    main()
