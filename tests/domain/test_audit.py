from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.audit import FIRST, AuditEntry, Note, first_broken, link


def chain(count):
    entries, previous = [], FIRST
    for seq in range(1, count + 1):
        note = Note(494_000 + seq, f"worker-{seq % 3}", "claim", bytes([seq % 256]) * 16)
        entries.append(AuditEntry(seq, note, link(previous, seq, note)))
        previous = entries[-1].hash
    return entries


def test_an_untouched_chain_holds():
    """A chain as it was written has no broken place, also an empty one."""
    assert first_broken(chain(40)) is None
    assert first_broken([]) is None


@given(st.integers(2, 30), st.data())
def test_any_change_inside_is_found(count, data):
    """Flipping, dropping or swapping any entry but the cut-off end shows where."""
    entries = chain(count)
    place = data.draw(st.integers(0, count - 2))
    damage = data.draw(st.sampled_from(["actor", "hour", "hash", "drop", "swap"]))
    if damage == "actor":
        note = replace(entries[place].note, actor="somebody-else")
        entries[place] = replace(entries[place], note=note)
    elif damage == "hour":
        note = replace(entries[place].note, hour=1)
        entries[place] = replace(entries[place], note=note)
    elif damage == "hash":
        entries[place] = replace(entries[place], hash=bytes(32))
    elif damage == "drop":
        del entries[place]
    else:
        entries[place], entries[place + 1] = entries[place + 1], entries[place]
    assert first_broken(entries) == place + 1


@given(st.integers(2, 30), st.data())
def test_a_rewritten_entry_shows_at_the_next_one(count, data):
    """Who rewrites an act and its own hash still breaks the chain behind it."""
    entries = chain(count)
    place = data.draw(st.integers(0, count - 2))
    note = replace(entries[place].note, actor="somebody-else")
    previous = entries[place - 1].hash if place else FIRST
    entries[place] = AuditEntry(place + 1, note, link(previous, place + 1, note))
    assert first_broken(entries) == place + 2
