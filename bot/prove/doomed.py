"""One command of the program that dies at its n-th commit: `doomed N before|after WORDS…`."""

import sys

from bot.cli.main import main
from bot.prove.hooks import die_at_commit


def run() -> None:
    """Take the number and the side off the arguments, then be the program."""
    number, side = int(sys.argv[1]), sys.argv[2]
    sys.argv[1:] = sys.argv[3:]
    die_at_commit(number, before=side == "before")
    main()


if __name__ == "__main__":
    run()
