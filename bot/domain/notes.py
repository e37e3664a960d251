"""What staff write to a case, sealed like the report: a closed list of kinds."""

from typing import Final, Literal, get_args

NoteKind = Literal["note", "sent", "referral", "handover", "lowering", "closing", "plan"]
"""A private note, the copy of a reply, a referral or its outcome, words at a hand-over, a reason
for lowering the urgency, the checklist of a closing, the case plan."""

NOTE_KINDS: Final[tuple[NoteKind, ...]] = get_args(NoteKind)
