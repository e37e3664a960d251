"""The ready text for the Directorate: neutral, without names, in Arabic or English only.

The Directorate reads English or Arabic (flows/facts.yaml), so these two texts are documents and
not part of the catalogues. The person copies, changes and sends them; the program never does.
"""

from collections.abc import Mapping
from typing import Final, Literal

Tongue = Literal["ar", "en"]

TOPICS: Final[Mapping[Tongue, Mapping[str, str]]] = {
    "en": {
        "trafficking_sexual": "a person who may be forced or tricked into sexual acts",
        "trafficking_labour": "a person who may be forced to work",
        "trafficking_organ": "a person who may be pressed to give an organ",
        "trafficking_begging": "a person who may be forced to beg",
        "": "a situation that may be trafficking in persons",
    },
    "ar": {
        "trafficking_sexual": "شخص قد يكون مُجبرًا على أفعال جنسية أو مخدوعًا بها",
        "trafficking_labour": "شخص قد يكون مُجبرًا على العمل",
        "trafficking_organ": "شخص قد يكون تحت الضغط ليعطي عضوًا من جسده",
        "trafficking_begging": "شخص قد يكون مُجبرًا على التسول",
        "": "وضع قد يكون اتجارًا بالبشر",
    },
}
LETTERS: Final[Mapping[Tongue, tuple[str, str, str]]] = {
    "en": (
        (
            "Subject: Concern about possible trafficking in persons\n\nTo the Anti-Human "
            "Trafficking Directorate,\n\nI would like to tell you about {topic}."
        ),
        "It concerns the governorate of {place}.",
        (
            "What I have seen or what happened, without names:\n…\n\nPlease tell me which steps "
            "are possible and how the person is protected. Please do not contact me by "
            "telephone.\n\nWith respect"
        ),
    ),
    "ar": (
        (
            "الموضوع: قلق بشأن احتمال وجود اتجار بالبشر\n\nإلى مديرية مكافحة الاتجار بالبشر،\n\n"
            "أودّ إبلاغكم عن {topic}."
        ),
        "الأمر يخص محافظة {place}.",
        (
            "ما رأيته أو ما حدث، من دون أسماء:\n…\n\nأرجو إعلامي بالخطوات الممكنة وكيف تتم حماية "
            "الشخص. أرجو عدم الاتصال بي هاتفيًا.\n\nمع الاحترام"
        ),
    ),
}


def write_letter(tongue: Tongue, topic: str, place: str) -> str:
    """The text; `place` is the governorate's name in that language, or empty."""
    opening, where, closing = LETTERS[tongue]
    named = TOPICS[tongue].get(topic, TOPICS[tongue][""])
    parts = [opening.replace("{topic}", named)]
    if place:
        parts.append(where.replace("{place}", place))
    return "\n\n".join((*parts, closing))
