"""The fields, reasons and cautions of a report in words, as msgids of the console's catalogue.

The English is that of bot.domain.summary; a test holds the two together.
"""

from typing import Final

from bot.i18n.marking import ConsolePhrase

FIELDS: Final[dict[str, ConsolePhrase]] = {
    "danger_now": ConsolePhrase("summary", "Danger now"),
    "self_harm": ConsolePhrase("summary", "Self-harm"),
    "danger_signs": ConsolePhrase("summary", "Danger questions answered yes"),
    "reporter_role": ConsolePhrase("summary", "Who writes"),
    "age_band": ConsolePhrase("summary", "Age"),
    "sex": ConsolePhrase("summary", "Sex"),
    "topics": ConsolePhrase("summary", "About"),
    "when": ConsolePhrase("summary", "When"),
    "repeat": ConsolePhrase("summary", "Happened before"),
    "governorate": ConsolePhrase("summary", "Governorate"),
    "district": ConsolePhrase("summary", "District"),
    "place_type": ConsolePhrase("summary", "Kind of place"),
    "relation": ConsolePhrase("summary", "The other person is"),
    "htp": ConsolePhrase("summary", "Harmful practices"),
    "marriage_soon": ConsolePhrase("summary", "Marriage within 14 days"),
    "exchange": ConsolePhrase("summary", "Goods or money exchanged"),
    "abduction": ConsolePhrase("summary", "Abduction"),
    "organ_arranged": ConsolePhrase("summary", "Organ operation arranged"),
    "needs": ConsolePhrase("summary", "Needs"),
    "told_elsewhere": ConsolePhrase("summary", "Already told"),
    "disability": ConsolePhrase("summary", "Disability"),
    "displacement": ConsolePhrase("summary", "Displacement"),
    "trusted_adult": ConsolePhrase("summary", "A grown-up who makes them feel safe"),
    "alert": ConsolePhrase("summary", "Asked for a caseworker without a form"),
    "pref_language": ConsolePhrase("summary", "Wishes to be answered in"),
    "pref_gender": ConsolePhrase("summary", "Wishes a caseworker who is"),
    "withhold_from": ConsolePhrase("summary", "Must not be told"),
}
TEXTS: Final[dict[str, ConsolePhrase]] = {
    "pref_not_area": ConsolePhrase("summary", "Nobody from this area"),
    "narrative": ConsolePhrase("summary", "In their own words"),
}
SHARES: Final[dict[str, ConsolePhrase]] = {
    "security": ConsolePhrase("summary", "Police and security"),
    "psychosocial": ConsolePhrase("summary", "Counselling"),
    "health": ConsolePhrase("summary", "Health"),
    "safehouse": ConsolePhrase("summary", "Safe house"),
    "legal": ConsolePhrase("summary", "Legal help"),
    "protection": ConsolePhrase("summary", "Protection"),
    "livelihoods": ConsolePhrase("summary", "Work and money"),
    "other": ConsolePhrase("summary", "Others"),
}
REASONS: Final[dict[str, ConsolePhrase]] = {
    "danger_now": ConsolePhrase("summary", "Says there is danger now"),
    "self_harm_now": ConsolePhrase("summary", "Thinks of killing themself now"),
    "child_in_danger": ConsolePhrase("summary", "A child may be in danger now"),
    "asked_at_once": ConsolePhrase("summary", "Asked for a caseworker at once"),
    "danger_signs": ConsolePhrase("summary", "Answered yes to a danger question"),
    "strangulation": ConsolePhrase(
        "summary", "Was choked: a doctor should see this even without marks"
    ),
    "recent_sexual_violence": ConsolePhrase(
        "summary", "Sexual violence within five days: medical care is urgent"
    ),
    "under_18": ConsolePhrase("summary", "Under 18, or about a child"),
    "locked_in": ConsolePhrase("summary", "Cannot leave"),
    "papers_and_threats": ConsolePhrase("summary", "Papers taken, with threats or injury"),
    "organ_operation": ConsolePhrase("summary", "An organ operation is arranged or pressed for"),
    "honour_threat": ConsolePhrase("summary", "Threat in the name of honour"),
    "marriage_soon": ConsolePhrase("summary", "Forced marriage within days"),
    "suicidal_thoughts": ConsolePhrase("summary", "Has had thoughts of suicide"),
    "asked_soon": ConsolePhrase("summary", "Asked for a caseworker soon"),
    "ongoing_violence": ConsolePhrase("summary", "Violence that goes on or is recent"),
    "forced_work": ConsolePhrase("summary", "Signs of forced labour or begging"),
    "sexual_exploitation": ConsolePhrase("summary", "Signs of sexual exploitation"),
    "sextortion": ConsolePhrase("summary", "Abuse or threats online"),
    "unclear_danger": ConsolePhrase("summary", "Is not sure whether there is danger"),
    "nothing_pressing": ConsolePhrase("summary", "No rule for a higher level fits"),
}
LEVELS: Final[dict[str, ConsolePhrase]] = {
    "T0": ConsolePhrase("summary", "T0 now"),
    "T1": ConsolePhrase("summary", "T1 high"),
    "T2": ConsolePhrase("summary", "T2 medium"),
    "T3": ConsolePhrase("summary", "T3 low"),
}
WORDS: Final[dict[str, ConsolePhrase]] = {
    "urgency": ConsolePhrase("summary", "Urgency"),
    "report": ConsolePhrase("summary", "Report"),
    "language": ConsolePhrase("summary", "Language"),
    "signs": ConsolePhrase("summary", "Signs"),
    "signs_caution": ConsolePhrase(
        "summary", "These are signs, not a finding: only a judge identifies a victim"
    ),
    "consents": ConsolePhrase("summary", "Consents"),
    "services": ConsolePhrase("summary", "Services"),
    "statistics": ConsolePhrase("summary", "Statistics"),
    "share": ConsolePhrase("summary", "Share:"),
    "second_hand": ConsolePhrase(
        "summary", "Second hand: written by somebody else than the person concerned"
    ),
    "official": ConsolePhrase(
        "summary", "An official is involved: no referral to police or security"
    ),
    "child": ConsolePhrase(
        "summary", "About a child: for a caseworker trained to work with children"
    ),
    "under_18": ConsolePhrase("summary", "Under 18"),
}
