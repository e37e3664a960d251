"""Whatever is done to any of a thousand acts is found, the cut-off end against a kept head."""

import hashlib
from dataclasses import replace

import pytest

from bot.domain.audit import AuditEntry, Note, link
from bot.errors import AuditError
from bot.ports.cases import Head
from bot.sealing import keys
from bot.stores.memory_cases import MemoryCases
from bot.usecases.keep_head import checkpoint_of, keep_head
from bot.usecases.verify_audit import verify_audit
from tests.fakes.caseworkers import MONDAY_NOON as NOW

SEED = hashlib.sha256(b"a server of the tests").digest()
PUBLIC = keys.signing_public(SEED)
ENTRIES = 1_000
DAY = 86_400


async def ledger(entries=ENTRIES):
    """A thousand acts over ten days from a noon on, with a head signed on each day."""
    store = MemoryCases()
    for seq in range(entries):
        now = NOW + seq * 10 * DAY // entries
        await store.note(Note(now // 3600, f"worker-{seq % 7}", "open", bytes([seq % 256]) * 16))
        await keep_head(store, SEED, now)
    await keep_head(store, SEED, NOW + 11 * DAY)
    return store


class Damaged:
    """The same ledger with other entries in it."""

    def __init__(self, entries, heads):
        self._entries, self._heads = entries, heads

    async def audit(self):
        return tuple(self._entries)

    async def heads(self):
        return tuple(self._heads)


async def found(entries, heads):
    try:
        await verify_audit(Damaged(entries, heads), PUBLIC)
    except AuditError:
        return True
    return False


async def test_an_untouched_ledger_holds():
    """Every entry and every head is gone through."""
    store = await ledger()
    verified = await verify_audit(store, PUBLIC)
    assert (verified.entries, verified.heads) == (ENTRIES, 12)


async def test_one_head_a_day():
    """Later acts of a day wait for the next day's head; a day without acts repeats the last."""
    store = MemoryCases()
    assert await keep_head(store, SEED, NOW) is None
    await store.note(Note(NOW // 3600, "amal", "open", bytes(16)))
    first = await keep_head(store, SEED, NOW)
    assert first is not None
    assert await keep_head(store, SEED, NOW + 3600) is None
    assert await keep_head(store, SEED, NOW + DAY) == replace(
        first, day=first.day + 1, signature=(await store.heads())[1].signature
    )


@pytest.mark.parametrize("damage", ["flip", "drop", "swap", "truncate", "rewrite"])
async def test_any_of_a_thousand(damage):
    """Flip, drop, swap, cut off after, or rewrite everything from any entry: all are found."""
    store = await ledger()
    entries, heads = list(await store.audit()), await store.heads()
    missed = []
    for place in range(ENTRIES):
        damaged = damage_at(entries, place, damage)
        if damaged is not None and not await found(damaged, heads):
            missed.append(place)
    assert missed == []


def damage_at(entries, place, damage):
    entry = entries[place]
    if damage == "flip":
        field = ("actor", "act", "hour", "case")[place % 4]
        other = {"actor": "x", "act": "close", "hour": 1, "case": b"other"}[field]
        changed = replace(entry, note=replace(entry.note, **{field: other}))
        return [*entries[:place], changed, *entries[place + 1 :]]
    if damage == "drop":
        return [*entries[:place], *entries[place + 1 :]]
    if damage == "swap":
        if place + 1 == len(entries):
            return None
        return [*entries[:place], entries[place + 1], entry, *entries[place + 2 :]]
    if damage == "truncate":
        return entries[:place]
    return rewritten(entries, place)


def rewritten(entries, place):
    """Everything from here made anew, with hashes that follow: only the heads tell."""
    made = list(entries[:place])
    previous = made[-1].hash if made else bytes(32)
    for entry in entries[place:]:
        note = replace(entry.note, actor="somebody-else")
        made.append(AuditEntry(entry.seq, note, link(previous, entry.seq, note)))
        previous = made[-1].hash
    return made


async def test_a_head_kept_outside_tells_of_a_database_put_back():
    """The whole database of yesterday, heads and all, is found by a head somebody else has."""
    store = await ledger()
    entries, heads = await store.audit(), await store.heads()
    outside = checkpoint_of(heads[-1])
    yesterday = Damaged(entries[: heads[4].seq], heads[:5])
    assert (await verify_audit(yesterday, PUBLIC)).heads == 5
    with pytest.raises(AuditError, match="cut off"):
        await verify_audit(yesterday, PUBLIC, [outside])


async def test_a_head_nobody_signed_is_found():
    """A head written into the database without the server's key does not pass."""
    store = await ledger(20)
    (last,) = [entry for entry in await store.audit() if entry.seq == 20]
    heads = [*await store.heads(), Head(99_999, 20, last.hash, bytes(64))]
    assert await found(await store.audit(), heads)
