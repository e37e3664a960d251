"""Times of the sealing layer, by hand: `python tests/sealing/measure.py` from the top folder."""

import os
import sys
import timeit
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from bot.sealing import age, envelope, epochs, keys, opening, reading, receipt

KEY, NONCE, CASE = os.urandom(32), os.urandom(12), os.urandom(16)
VID = b"telegram\x00100001"
STATE, REPORT = os.urandom(700), {"note": "x" * 4096}
SEEDS = [os.urandom(32) for _ in range(20)]
RECIPIENTS = [keys.recipient_of(seed) for seed in SEEDS]
HEADER = envelope.Header(kind="report", case=CASE, roster=1, hour=490_000, lang="en", schema=1)
SEALED = envelope.seal_case(HEADER, REPORT, RECIPIENTS)
SLOT = epochs.slot(KEY, VID)
STATE_KEY = epochs.state_key(KEY, SLOT, VID)


def slot_and_key() -> None:
    epochs.state_key(KEY, epochs.slot(KEY, VID), VID)


def state_and_back() -> None:
    sealed = epochs.seal_state(STATE_KEY, SLOT, 20_000, STATE, NONCE)
    epochs.open_state(STATE_KEY, SLOT, 20_000, sealed)


def show(name: str, act: Callable[[], object], times: int) -> None:
    best = min(timeit.repeat(act, number=times, repeat=5)) / times
    print(f"{name:<46} {best * 1e6:>12,.1f} us")


if __name__ == "__main__":
    show("slot and state key", slot_and_key, 20_000)
    show("seal and open a 700-byte session", state_and_back, 20_000)
    show("mark of a message id", lambda: epochs.mark(KEY, b"SM" + KEY), 20_000)
    show("seal a 4 KB case to 1", lambda: envelope.seal_case(HEADER, REPORT, RECIPIENTS[:1]), 200)
    show("seal a 4 KB case to 20", lambda: envelope.seal_case(HEADER, REPORT, RECIPIENTS), 50)
    show("open it as the first of 20", lambda: reading.open_sealed(SEALED, SEEDS[:1]), 100)
    show("open it as the last of 20", lambda: reading.open_sealed(SEALED, SEEDS[-1:]), 50)
    show("read a recipient text", lambda: keys.Recipient.parse(str(RECIPIENTS[0])), 50)
    show("parse a code", lambda: receipt.parse("0" * 20), 5_000)
    show("derive a mailbox (64 MiB)", lambda: receipt.derive("0" * 20, "", CASE, KEY), 1)
    show("seal an identity file", lambda: opening.seal_identity(opening.Identity((KEY,)), "x"), 1)
    print(f"a 4 KB case: {len(SEALED):,} bytes to 20, header of {age.HYBRID} stanzas included")
