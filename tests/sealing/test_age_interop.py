"""Files go both ways between our sealing and the npm implementation of age."""

import base64
from collections.abc import Callable
from typing import Any

import pytest

from bot.sealing import age, keys, opening, reading
from bot.sealing.keys import Recipient
from bot.sealing.stream import CHUNK

pytestmark = pytest.mark.node

RunNode = Callable[[list[dict[str, Any]]], list[Any]]
PLAINTEXTS = (b"", b"a short text", b"\xff" * CHUNK, b"ab" * CHUNK + b"tail")
PASSPHRASE = "سەوز plum 7 lantern"


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _seed(number: int) -> bytes:
    return bytes([number]) * keys.SEED_SIZE


def test_the_npm_reader_opens_what_we_seal(run_node: RunNode) -> None:
    """Every recipient of a file of ours opens it in node, and nobody else does."""
    seeds = [_seed(number) for number in range(1, 4)]
    recipients = [keys.recipient_of(seed) for seed in seeds]
    identities = [keys.identity_text(seed) for seed in (*seeds, _seed(9))]
    files = [age.seal(plaintext, recipients) for plaintext in PLAINTEXTS]
    answers = run_node(
        [
            {"job": "open", "file": _text(file), "identity": identity}
            for file in files
            for identity in identities
        ]
    )
    expected = [each for text in map(_text, PLAINTEXTS) for each in (text, text, text, None)]
    assert expected == answers


def test_we_open_what_the_npm_writer_seals(run_node: RunNode) -> None:
    """A file sealed in node to our recipients opens with each of our seeds."""
    seeds = [_seed(number) for number in range(1, 4)]
    recipients = [str(keys.recipient_of(seed)) for seed in seeds]
    jobs = [
        {"job": "seal", "plaintext": _text(each), "recipients": recipients} for each in PLAINTEXTS
    ]
    for plaintext, answer in zip(PLAINTEXTS, run_node(jobs), strict=True):
        for seed in seeds:
            assert plaintext == reading.open_sealed(base64.b64decode(answer), [seed])


def test_both_make_the_same_key_pair_of_a_seed(run_node: RunNode) -> None:
    """Identity and recipient texts of either side mean the same keys to the other."""
    made, ours = run_node(
        [
            {"job": "identity"},
            {"job": "recipient", "identity": keys.identity_text(_seed(5))},
        ]
    )
    seed = keys.parse_identity(made["identity"])
    assert made["recipient"] == str(keys.recipient_of(seed))
    assert Recipient.parse(made["recipient"]) == keys.recipient_of(seed)
    assert ours == str(keys.recipient_of(_seed(5)))


def test_passphrase_files_go_both_ways(run_node: RunNode) -> None:
    """An identity file of ours opens in node, and one made in node opens here."""
    identity = opening.Identity((_seed(1), _seed(2)), _seed(3))
    ours = opening.seal_identity(identity, PASSPHRASE, work_factor=10)
    plain = f"# made elsewhere\n\n{keys.identity_text(_seed(4))}\n".encode()
    opened, refused, sealed = run_node(
        [
            {"job": "open", "file": _text(ours), "passphrase": PASSPHRASE},
            {"job": "open", "file": _text(ours), "passphrase": "another"},
            {
                "job": "sealWithPassphrase",
                "plaintext": _text(plain),
                "passphrase": PASSPHRASE,
                "workFactor": 10,
            },
        ]
    )
    assert keys.identity_text(_seed(1)) in base64.b64decode(opened).decode()
    assert refused is None
    assert opening.Identity((_seed(4),)) == opening.open_identity(
        base64.b64decode(sealed), PASSPHRASE
    )
