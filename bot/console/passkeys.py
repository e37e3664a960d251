"""Passkeys (WebAuthn): challenges that count once, and what an authenticator answered to them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from bot.console.desk import ConsoleDesk
from bot.domain.roster import Handle
from bot.ports.staff import Passkey

CHALLENGE_BYTES: Final = 32
SECONDS: Final = 300
MOST: Final = 4096
NAME: Final = "Sanad"


@dataclass(frozen=True, slots=True)
class NewPasskey:
    """A credential that an authenticator made and proved."""

    credential_id: bytes
    public_key: bytes
    sign_count: int


class Passkeys:
    """Asks authenticators and checks their answers; `WrongPasskey` is any that does not hold."""

    def __init__(self, desk: ConsoleDesk) -> None:
        self._desk = desk
        self._open: dict[bytes, tuple[Handle, float]] = {}

    def to_sign_in(self) -> dict[str, Any]:
        """What the browser asks any passkey of this console."""
        options = generate_authentication_options(
            rp_id=self._desk.relying_party,
            challenge=self._challenge(""),
            user_verification=UserVerificationRequirement.REQUIRED,
        )
        return _plain(options_to_json(options))

    def to_register(self, handle: Handle, known: Sequence[Passkey]) -> dict[str, Any]:
        """What the browser asks an authenticator to make for `handle`."""
        options = generate_registration_options(
            rp_id=self._desk.relying_party,
            rp_name=NAME,
            user_name=handle,
            user_id=handle.encode(),
            challenge=self._challenge(handle),
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
            exclude_credentials=[
                PublicKeyCredentialDescriptor(id=each.credential_id) for each in known
            ],
        )
        return _plain(options_to_json(options))

    def registered(self, handle: Handle, credential: dict[str, Any]) -> NewPasskey:
        """The credential that was made; WrongPasskey if it is not what was asked for."""
        challenge = self._answered(credential, handle)
        try:
            made = verify_registration_response(
                credential=credential,
                expected_challenge=challenge,
                expected_rp_id=self._desk.relying_party,
                expected_origin=self._desk.url,
                require_user_verification=True,
            )
        except (WebAuthnException, ValueError, TypeError, KeyError) as error:
            raise WrongPasskey from error
        return NewPasskey(made.credential_id, made.credential_public_key, made.sign_count)

    def signed_in(self, passkey: Passkey, credential: dict[str, Any]) -> int:
        """The new counter of a passkey that signed; WrongPasskey if it did not."""
        challenge = self._answered(credential, "")
        try:
            done = verify_authentication_response(
                credential=credential,
                expected_challenge=challenge,
                expected_rp_id=self._desk.relying_party,
                expected_origin=self._desk.url,
                credential_public_key=passkey.public_key,
                credential_current_sign_count=passkey.sign_count,
                require_user_verification=True,
            )
        except (WebAuthnException, ValueError, TypeError, KeyError) as error:
            raise WrongPasskey from error
        return done.new_sign_count

    def _challenge(self, handle: Handle) -> bytes:
        challenge = self._desk.entropy.random_bytes(CHALLENGE_BYTES)
        if len(self._open) >= MOST:
            del self._open[next(iter(self._open))]
        self._open[challenge] = (handle, self._desk.clock.monotonic() + SECONDS)
        return challenge

    def _answered(self, credential: dict[str, Any], handle: Handle) -> bytes:
        """The challenge that an answer names, if we asked it of `handle` and nobody answered."""
        try:
            data = json.loads(base64url_to_bytes(credential["response"]["clientDataJSON"]))
            challenge = base64url_to_bytes(data["challenge"])
        except (KeyError, TypeError, ValueError) as error:
            raise WrongPasskey from error
        asked, until = self._open.pop(challenge, ("", -1.0))
        if asked != handle or self._desk.clock.monotonic() > until:
            raise WrongPasskey
        return challenge


class WrongPasskey(Exception):  # noqa: N818 - it becomes a refusal
    """An answer of an authenticator that does not hold."""


def credential_id(credential: dict[str, Any]) -> bytes:
    """The id an answer names; WrongPasskey if there is none."""
    try:
        return base64url_to_bytes(credential["id"])
    except (KeyError, TypeError, ValueError) as error:
        raise WrongPasskey from error


def _plain(options: str) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(options)
    return made
