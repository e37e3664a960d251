"""Keys as a browser sends them: public halves, wrapped private ones, proof of holding them."""

import base64
import binascii
from typing import Annotated, Final, Self

import msgspec

from bot.console.refusals import Refusal
from bot.domain.roster import Handle
from bot.errors import SealError
from bot.ports.staff import KeySlot, SlotKind
from bot.sealing import canonical, keys
from bot.sealing.keys import Recipient

PROOF: Final = b"sanad keys/1\n"
"""What the proof is over begins with this, so that it is good for nothing else."""
WRAPPED_LIMIT: Final = 16_384

Hex32 = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
Hex16 = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{32}$")]
Signature = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{128}$")]
Text = Annotated[str, msgspec.Meta(max_length=WRAPPED_LIMIT)]


class Slot(msgspec.Struct):
    """One way to the keys: `wrapped` is base64 and opens only in its owner's browser."""

    kind: SlotKind
    wrapped: Text
    id: Annotated[str, msgspec.Meta(max_length=2048)] = ""
    params: dict[str, int] = {}

    @classmethod
    def of(cls, slot: KeySlot) -> Self:
        """As the browser reads it."""
        return cls(
            kind=slot.kind,
            wrapped=base64.b64encode(slot.wrapped).decode(),
            id=slot.id,
            params=msgspec.json.decode(slot.params, type=dict[str, int]),
        )


class KeysSent(msgspec.Struct):
    """All of somebody's keys: `proof` is signed with the new signing key over the rest."""

    recipient: Text
    verify: Hex32
    salt: Hex16
    auth: Hex32
    recovery_auth: Hex32
    slots: tuple[Slot, ...]
    proof: Signature
    before: Annotated[str, msgspec.Meta(pattern="^([0-9a-f]{128})?$")] = ""
    """The same signed with the key this one replaces; "" where there was none."""


def slot_of(slot: Slot, handle: Handle) -> KeySlot:
    """The slot as it is stored."""
    try:
        wrapped = base64.b64decode(slot.wrapped, validate=True)
    except (ValueError, binascii.Error):
        raise Refusal("wrong_proof") from None
    params = msgspec.json.encode(slot.params).decode()
    return KeySlot(handle, slot.kind, slot.id, params, wrapped)


def check_keys(sent: KeysSent, handle: Handle, *, proved: str = "") -> None:
    """A Refusal unless the keys are keys, whole, and in the hands of who sends them.

    `proved` is the verify key they replace: who has it must have signed, too.
    """
    try:
        Recipient.parse(sent.recipient)
    except SealError:
        raise Refusal("wrong_proof") from None
    kinds = sorted(slot.kind for slot in sent.slots if slot.kind != "passkey")
    if kinds != ["passphrase", "recovery"]:
        raise Refusal("wrong_proof")
    message = PROOF + canonical.dump(
        {"handle": handle, "recipient": sent.recipient, "verify": sent.verify}
    )
    if not keys.verify(bytes.fromhex(sent.verify), message, bytes.fromhex(sent.proof)):
        raise Refusal("wrong_proof")
    if proved and sent.verify != proved and not _signed(proved, message, sent.before):
        raise Refusal("wrong_proof")


def _signed(public: str, message: bytes, signature: str) -> bool:
    return bool(signature) and keys.verify(bytes.fromhex(public), message, bytes.fromhex(signature))
