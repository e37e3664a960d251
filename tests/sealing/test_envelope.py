"""The sealed case: canonical, padded, bound to its case, step and roster."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import OpenError, SealError
from bot.sealing import age, canonical, envelope, keys, opening, padding
from bot.sealing.envelope import Document, Header
from bot.sealing.opening import Expected
from tests.fakes.caseworkers import Readers

SEEDS = [bytes([number]) * 32 for number in (1, 2, 3)]
RECIPIENTS = [keys.recipient_of(seed) for seed in SEEDS]
ROSTERS = {
    4: Readers(tuple(recipient.fingerprint for recipient in reversed(RECIPIENTS))),
    5: Readers(("0-0",)),
}
CASE = bytes(range(16))
HEADER = Header(kind="report", case=CASE, roster=4, hour=490_000, lang="ckb", schema=1)
EXPECTED = Expected(kind="report", case=CASE, seq=0, prev=b"", rosters=ROSTERS)
BODY = {"answers": {"role": "witness", "topics": ["labour", "dv"], "note": "دەستپێک\n\u200f1"}}

texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-canonical.SAFE_INTEGER, canonical.SAFE_INTEGER)
    | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)


@given(value=values)
def test_canonical_json_round_trips_in_one_spelling(value: Any) -> None:
    """Any value of ours has one spelling, which is JSON and reads back equal."""
    data = canonical.dump(value)
    assert value == canonical.load(data) == json.loads(data)
    assert canonical.dump(canonical.load(data)) == data


def test_canonical_json_is_spelt_as_the_rfc_shows() -> None:
    """Order by UTF-16 units and escapes follow RFC 8785's own examples."""
    shown = {
        "\u20ac": "Euro Sign",
        "\r": "Carriage Return",
        "\ufb33": "Hebrew Letter Dalet With Dagesh",
        "1": "One",
        "\U0001f600": "Emoji: Grinning Face",
        "\u0080": "Control",
        "\u00f6": "Latin Small Letter O With Diaeresis",
    }
    order = ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]
    assert list(json.loads(canonical.dump(shown))) == order
    assert canonical.dump('\u20ac$\u000f\nA\'B"\\\\"/') == (
        b'"\xe2\x82\xac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"'
    )


@pytest.mark.parametrize(
    "spelling",
    [b'{"a":1,"a":1}', b'{"b":1,"a":1}', b"[1.0]", b"[1e3]", b"[NaN]", b"[ 1]", b'"\\u0041"',
     b"[-0]", b"[9007199254740993]", b"", b"\xff", b"[" * 5000],
)  # fmt: skip
def test_no_second_spelling_is_read(spelling: bytes) -> None:
    """Repeated or unordered keys, fractions, spaces and needless escapes are refused."""
    with pytest.raises(ValueError):
        canonical.load(spelling)


@pytest.mark.parametrize("value", [1.5, {1: 2}, b"bytes", 1 << 60, {"\ud800": 1}, {1, 2}])
def test_what_has_no_canonical_spelling_is_not_sealed(value: Any) -> None:
    """Fractions, bytes, huge numbers and odd keys are refused before anything is sealed."""
    with pytest.raises(SealError):
        canonical.dump({"value": value})


def test_nesting_is_limited() -> None:
    """A value nested beyond the limit is refused instead of exhausting the stack."""
    value: Any = "deep"
    for _ in range(canonical.MAX_DEPTH + 1):
        value = [value]
    with pytest.raises(SealError, match="nested"):
        canonical.dump(value)


def test_a_broken_character_never_loses_a_report() -> None:
    """Half a surrogate pair becomes U+FFFD, a whole pair its character; the rest is kept."""
    assert canonical.load(canonical.dump("a\ud800b\ud83d\ude00")) == "a\ufffdb\U0001f600"


@given(length=st.integers(0, 300_000))
def test_padded_sizes_are_few_and_near(length: int) -> None:
    """Padmé adds at most 12 %, never shrinks, and is its own next size."""
    size = padding.padme(length)
    assert length <= size <= max(length * 1.12, length + 1)
    assert padding.padme(size) == size
    assert padding.case_size(length) >= 1024
    assert padding.state_size(length) % 256 == 0 or padding.state_size(length) > 1024


def test_lengths_below_the_minimum_look_alike() -> None:
    """Short reports are all of one size once sealed, and sessions fall into few sizes."""
    sealed = {
        len(envelope.seal_case(HEADER, {"note": "x" * count}, RECIPIENTS)) for count in (0, 9, 99)
    }
    assert len(sealed) == 1
    assert {padding.state_size(length) for length in range(1020)} == {256, 512, 768, 1024}
    assert len({padding.case_size(length) for length in range(20_000)}) < 80


@given(content=st.binary(max_size=2000))
def test_padding_comes_off_and_hides_nothing(content: bytes) -> None:
    """Padding gives the content back; any byte in it, or another size, is refused."""
    padded = padding.pad(content, padding.case_size)
    assert content == padding.unpad(padded, padding.case_size)
    broken = [padded + b"\0", padded[:-1], b""]
    if len(content) + 4 < len(padded):
        broken.append(padded[:-1] + b"x")
    for each in broken:
        with pytest.raises(ValueError):
            padding.unpad(each, padding.case_size)


@given(answers=st.dictionaries(texts, values, max_size=5), seq=st.integers(0, 99))
@settings(max_examples=40, deadline=None)
def test_a_sealed_case_opens_as_it_was(answers: dict[str, Any], seq: int) -> None:
    """Header and report come back equal for every recipient of the roster."""
    header = replace(HEADER, kind="addition", seq=seq, prev=b"p" * 32)
    expected = replace(EXPECTED, kind="addition", seq=seq, prev=b"p" * 32)
    blob = envelope.seal_case(header, {"answers": answers}, RECIPIENTS)
    opened = opening.open_case(blob, [SEEDS[seq % 3]], expected)
    assert opened.header == header
    assert opened.body == {"answers": answers}


@pytest.mark.parametrize(
    "asked",
    [{"case": bytes(16)}, {"seq": 1}, {"prev": b"p" * 32}, {"kind": "addition"}],
    ids=lambda asked: next(iter(asked)),
)
def test_a_case_in_another_ones_place_is_rejected(asked: dict[str, Any]) -> None:
    """A file moved to another case, step or kind opens for nobody."""
    blob = envelope.seal_case(HEADER, BODY, RECIPIENTS)
    assert opening.open_case(blob, SEEDS[:1], EXPECTED).body == BODY
    with pytest.raises(OpenError, match="belongs elsewhere"):
        opening.open_case(blob, SEEDS[:1], replace(EXPECTED, **asked))


def test_a_case_sealed_past_the_roster_is_rejected() -> None:
    """Fewer, more, unnamed or other recipients than the signed roster's are noticed."""
    stranger = keys.recipient_of(bytes(32))
    for recipients in (RECIPIENTS[:2], [*RECIPIENTS, stranger], [*RECIPIENTS[:2], stranger]):
        blob = envelope.seal_case(HEADER, BODY, recipients)
        with pytest.raises(OpenError, match="signed roster"):
            opening.open_case(blob, SEEDS[:1], EXPECTED)
    named = tuple(recipient.fingerprint for recipient in RECIPIENTS)
    plaintext = envelope.encode(Document(HEADER, named, BODY))
    with pytest.raises(OpenError, match="signed roster"):
        opening.open_case(age.seal(plaintext, [*RECIPIENTS, stranger]), SEEDS[:1], EXPECTED)


def test_a_case_of_an_unknown_roster_is_rejected() -> None:
    """A roster version the opener has never seen signed is not believed."""
    blob = envelope.seal_case(replace(HEADER, roster=6), BODY, RECIPIENTS)
    with pytest.raises(OpenError, match="not known"):
        opening.open_case(blob, SEEDS[:1], EXPECTED)


def test_a_report_cannot_overwrite_its_header() -> None:
    """A report that uses a name of the header is refused."""
    with pytest.raises(SealError, match="case, rcpt"):
        envelope.seal_case(HEADER, {"case": "x", "rcpt": []}, RECIPIENTS)


@pytest.mark.parametrize(
    "wrong",
    [
        {"case": b"short"},
        {"prev": b"x"},
        {"lang": "xx"},
        {"kind": "memo"},
        {"hour": -1},
        {"seq": -1},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_a_header_no_opener_would_accept_is_not_sealed(wrong: dict[str, Any]) -> None:
    """A caller's mistake is an error at once, not a report that never opens."""
    with pytest.raises(SealError):
        envelope.seal_case(replace(HEADER, **wrong), BODY, RECIPIENTS)


def test_a_sealed_file_that_is_no_case_is_refused() -> None:
    """Text, other JSON and a header of another version open nothing."""
    good = envelope.encode(Document(HEADER, (), BODY))
    value = canonical.load(padding.unpad(good, padding.case_size))
    for other in ("text", [], {}, {**value, "v": 2}, {**value, "case": "00"}):
        plaintext = padding.pad(canonical.dump(other), padding.case_size)
        with pytest.raises(OpenError):
            opening.open_case(age.seal(plaintext, RECIPIENTS), SEEDS, EXPECTED)
    with pytest.raises(OpenError, match="no sealed case"):
        opening.open_case(age.seal(b"text", RECIPIENTS), SEEDS, EXPECTED)


def test_the_digest_chains_documents() -> None:
    """`digest` is 32 bytes of the sealed file, fit to be the next one's `prev`."""
    blob = envelope.seal_case(HEADER, BODY, RECIPIENTS)
    following = replace(HEADER, kind="addition", prev=envelope.digest(blob))
    assert len(following.prev) == envelope.DIGEST_SIZE
    assert envelope.seal_case(following, BODY, RECIPIENTS)


def test_an_identity_file_opens_with_its_passphrase_only() -> None:
    """Seeds and signing seed come back; another passphrase, or no keys inside, is refused."""
    identity = opening.Identity(tuple(SEEDS), b"\x09" * 32)
    blob = opening.seal_identity(identity, "five random words", work_factor=4)
    assert identity == opening.open_identity(blob, "five random words")
    assert repr(identity) == "Identity()"
    unsigned = opening.Identity((SEEDS[0],))
    assert unsigned == opening.open_identity(opening.seal_identity(unsigned, "word", 4), "word")
    with pytest.raises(OpenError, match="passphrase"):
        opening.open_identity(blob, "five random word")
    for plain in (b"# only a comment\n", b"\xff", b"something else\n"):
        with pytest.raises(OpenError):
            opening.open_identity(age.seal_with_passphrase(plain, "word", 4), "word")
    with pytest.raises(SealError):
        opening.seal_identity(opening.Identity(()), "word", 4)
