"""The demo's cases: invented, marked SAMPLE, put into an empty queue once."""

from dataclasses import dataclass
from functools import partial
from typing import Final

from bot.domain.language import Tag
from bot.ports.runtime import Clock, Entropy
from bot.sealing.envelope import CASE_SIZE
from bot.stores.sqlite import Database
from bot.stores.sqlite_cases import insert_case
from bot.usecases.hand_off import prepare_case
from bot.usecases.receipts import Receipts
from bot.usecases.trust_roster import TrustedRoster

AGREED: Final = {"consent_services": "yes", "reporter_role": "self", "danger_now": "no"}
SAMPLES: Final[tuple[tuple[Tag, dict[str, object]], ...]] = (
    (
        "ar",
        {
            **AGREED,
            "topics": ["dv"],
            "dv_choking": "yes",
            "governorate": "BG",
            "age_band": "26_40",
            "sex": "female",
            "pref_gender": "female",
            "needs": ["safe_place", "counselling"],
            "share_psychosocial": "yes",
            "narrative": "مثال للتجربة: أحتاج أن أتحدث مع امرأة.",
        },
    ),
    (
        "en",
        {
            **AGREED,
            "topics": ["trafficking_labour"],
            "sign_papers_taken": "yes",
            "sign_not_paid": "yes",
            "governorate": "BA",
            "age_band": "18_25",
            "needs": ["legal", "documents"],
            "share_legal": "yes",
            "narrative": "SAMPLE, invented: my papers were taken and I am not paid.",
        },
    ),
    (
        "ckb",
        {
            **AGREED,
            "topics": ["online_abuse"],
            "governorate": "SU",
            "age_band": "12_17",
            "needs": ["just_talk"],
        },
    ),
    (
        "en",
        {
            **AGREED,
            "reporter_role": "witness",
            "topics": ["trafficking_begging"],
            "governorate": "NI",
            "narrative": "SAMPLE, invented: children are moved to another corner every day.",
        },
    ),
)
"""Answers as a conversation would leave them."""


async def insert_samples(
    database: Database, receipts: Receipts, roster: TrustedRoster, clock: Clock, entropy: Entropy
) -> int:
    """Fill an empty queue; how many cases went in. Nobody holds their codes."""
    rows = await database.read("SELECT count(*) FROM cases")
    if rows[0][0]:
        return 0
    for language, answers in SAMPLES:
        drawn = _Drawn(entropy.random_bytes(CASE_SIZE))
        given = receipts.take(drawn.case, "")
        case = prepare_case(
            answers,
            language=language,
            channel="sim",
            now=clock.now(),
            roster=roster,
            entropy=drawn,
            mailbox=given.mailbox,
            staged=given.staged,
        )
        await database.write(partial(insert_case, case=case))
    return len(SAMPLES)


@dataclass(frozen=True, slots=True)
class _Drawn:
    """The case's id, which its receipt code was bound to before the case was made."""

    case: bytes

    def random_bytes(self, _: int) -> bytes:
        return self.case
