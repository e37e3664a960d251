"""Notes and re-sealed files: signed by who they name, bound to where they belong."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import OpenError
from bot.sealing import age, envelope, keys, opening, signed
from bot.sealing.envelope import Document, Header
from bot.sealing.opening import Expected
from tests.fakes.caseworkers import Readers

SEEDS = [bytes([number]) * 32 for number in (1, 2, 3)]
RECIPIENTS = [keys.recipient_of(seed) for seed in SEEDS]
NAMES = [recipient.fingerprint for recipient in RECIPIENTS]
AMAL, ZANA, INTRUDER = (bytes([number]) * 32 for number in (11, 12, 13))
CASE, ANCHOR = bytes(range(16)), b"a" * 32
VERIFY = {"amal": keys.signing_public(AMAL).hex(), "zana": keys.signing_public(ZANA).hex()}
ROSTERS = {
    4: Readers(tuple(NAMES), VERIFY),
    5: Readers(tuple(NAMES[:2]), VERIFY),
    6: Readers(tuple(NAMES[1:]), {"zana": VERIFY["zana"]}),
}
HEADER = Header(
    kind="note", case=CASE, seq=2, prev=ANCHOR, roster=4, hour=490_000, lang="ckb", schema=1
)
BODY = {"what": "note", "by": "amal", "text": "تێبینی"}
EXPECTED = Expected(kind="note", case=CASE, seq=2, prev=ANCHOR, rosters=ROSTERS)


def note(**changes):
    return signed.seal_note(HEADER, {**BODY, **changes}, RECIPIENTS, AMAL)


def again(sealed, roster, readers, *, by="zana", seed=ZANA, expected=EXPECTED, opens=SEEDS[1]):
    document = opening.open_case(sealed, [opens], expected)
    origin = expected.origin or envelope.digest(sealed)
    moved = signed.seal_again(
        document, by=by, signing=seed, origin=origin, roster=roster, recipients=readers
    )
    return moved, replace(expected, origin=origin)


def forged(body, header=HEADER, readers=RECIPIENTS):
    fingerprints = tuple(each.fingerprint for each in readers)
    return age.seal(envelope.encode(Document(header, fingerprints, body)), readers)


def test_a_note_opens_for_every_colleague():
    """What staff wrote is read by each reader of the roster, with who wrote it."""
    sealed = note()
    for seed in SEEDS:
        document = opening.open_case(sealed, [seed], EXPECTED)
        assert {**BODY, "sig": document.body["sig"]} == document.body


@pytest.mark.parametrize(
    "sealed",
    [
        forged(BODY),
        forged({**BODY, "sig": "00" * 64}),
        forged({**BODY, "sig": "no hex"}),
        forged({**BODY, "sig": 7}),
        signed.seal_note(HEADER, BODY, RECIPIENTS, INTRUDER),
        signed.seal_note(HEADER, {**BODY, "by": "zana"}, RECIPIENTS, AMAL),
        signed.seal_note(HEADER, {**BODY, "by": "nobody"}, RECIPIENTS, AMAL),
        signed.seal_note(replace(HEADER, roster=6), BODY, RECIPIENTS[1:], AMAL),
    ],
)
def test_a_note_in_somebody_elses_name_is_refused(sealed):
    """Without the named member's key of that roster nobody writes in their name."""
    with pytest.raises(OpenError, match="not signed"):
        opening.open_case(sealed, SEEDS, EXPECTED)


@given(st.sampled_from(["text", "what", "at_hour"]), st.text(max_size=8))
def test_no_word_of_a_signed_note_can_be_changed(name, value):
    """A reader who seals an altered copy of a colleague's note is found out."""
    document = opening.open_case(note(), SEEDS[:1], EXPECTED)
    altered = {**document.body, name: value + "x"}
    with pytest.raises(OpenError, match="not signed"):
        opening.open_case(forged(altered), SEEDS, EXPECTED)


def test_a_signature_of_one_place_fits_no_other():
    """A note moved to another number or case carries a signature that no longer holds."""
    document = opening.open_case(note(), SEEDS[:1], EXPECTED)
    for header in (replace(HEADER, seq=3), replace(HEADER, case=bytes(16))):
        expected = replace(EXPECTED, seq=header.seq, case=header.case)
        with pytest.raises(OpenError, match="not signed"):
            opening.open_case(forged(document.body, header), SEEDS, expected)


def test_a_note_sealed_again_opens_for_the_new_readers_only():
    """After two re-sealings its author is still proven, and who left opens it no more."""
    first, expected = again(note(), 5, RECIPIENTS[:2])
    second, expected = again(first, 6, RECIPIENTS[1:], expected=expected)
    document = opening.open_case(second, [SEEDS[2]], expected)
    assert (document.header.roster, document.body["by"]) == (6, "amal")
    assert document.body["resealed"]["first"] == 4
    with pytest.raises(OpenError):
        opening.open_case(second, [SEEDS[0]], expected)


def test_a_report_sealed_again_keeps_its_name():
    """It opens as the part it was first stored as; as any other, or unsigned, it does not."""
    header = Header(kind="report", case=CASE, roster=4, hour=490_000, lang="ckb", schema=1)
    report = Expected(kind="report", case=CASE, seq=0, prev=b"", rosters=ROSTERS)
    sealed = envelope.seal_case(header, {"answers": {"narrative": "x"}}, RECIPIENTS)
    moved, expected = again(sealed, 5, RECIPIENTS[:2], expected=report)
    assert opening.open_case(moved, SEEDS[:1], expected).body["answers"] == {"narrative": "x"}
    assert expected.origin == envelope.digest(sealed)
    with pytest.raises(OpenError, match="not signed"):
        opening.open_case(moved, SEEDS[:1], replace(expected, origin=b"o" * 32))
    with pytest.raises(OpenError, match="sealed again"):
        opening.open_case(sealed, SEEDS[:1], expected)


@pytest.mark.parametrize(
    ("by", "seed"), [("zana", INTRUDER), ("nobody", ZANA), ("amal", ZANA), ("zana", AMAL)]
)
def test_only_a_member_of_the_new_roster_seals_again(by, seed):
    """A re-sealing in a name that is not one's own is refused."""
    moved, expected = again(note(), 5, RECIPIENTS[:2], by=by, seed=seed)
    with pytest.raises(OpenError, match="not signed"):
        opening.open_case(moved, SEEDS[:1], expected)


@pytest.mark.parametrize("mark", ["no object", 1, [], {"by": "zana"}, {"by": "zana", "first": "x"}])
def test_a_broken_mark_is_refused_with_a_sentence(mark):
    """Whatever stands in the place of the re-sealer's mark, nothing but a refusal comes of it."""
    with pytest.raises(OpenError):
        opening.open_case(forged({**BODY, "resealed": mark}), SEEDS, EXPECTED)
