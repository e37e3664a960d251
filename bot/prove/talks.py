"""Five kinds of talks, as people lead them on either channel."""

from collections.abc import Callable, Coroutine
from typing import Final

from bot.prove.known import ARABIC, LATITUDE, LONGITUDE, NAME, SECRET_WORD, WORD
from bot.prove.people import SHORT, OnTelegram, OnWhatsApp, Person

LANGUAGES: Final = ("ar", "ckb", "kmr", "en")


async def reports(person: Person, number: int) -> str:
    """A whole report, every second with a secret word; the code."""
    await person.begin(LANGUAGES[number % 4])
    secret = f"{SECRET_WORD}{number}" if number % 2 else ""
    return await person.report(f"{WORD}{number} {ARABIC}", secret=secret)


async def leaves(person: Person, number: int) -> str:
    """Begins to report, and leaves by the way out."""
    await person.begin("ckb")
    await person.take(*SHORT)
    await person.write(f"my words {WORD}{number}")
    await person.leave()
    return ""


async def is_in_danger(person: Person, number: int) -> str:
    """Says so in the middle of something else, and asks for a caseworker; the code."""
    await person.begin("en")
    await person.choose("menu.menu", "service")
    await person.write(f"he wants to kill me, {WORD}{number}")
    await person.choose("danger.card", "alert")
    await person.choose("danger.ask_now", "yes")
    await person.write("Basra")
    return person.code()


async def looks_for_help(person: Person, number: int) -> str:
    """Asks for a service nearby, and sends a place, a picture and a contact."""
    await person.begin("ar")
    await person.take(("menu.menu", "service"), ("services.what", "health"))
    if isinstance(person, OnTelegram):
        await person.send(location={"latitude": LATITUDE, "longitude": LONGITUDE})
        await person.send(photo=[{"file_id": f"{WORD}{number}"}], caption=f"see {WORD}{number}")
        await person.send(contact={"phone_number": "+10000000099", "first_name": NAME})
    elif isinstance(person, OnWhatsApp):
        await person.twilio.share_place(person.number, LATITUDE, LONGITUDE)
        await person.read()
        await person.twilio.send_media(person.number, "image/jpeg", f"see {WORD}{number}")
        await person.read()
    await person.write(f"something about {WORD}{number}")
    return ""


async def stops_half_way(person: Person, number: int) -> str:
    """Tries a code, leaves, comes back, and stops in the middle of a report."""
    await person.begin("kmr")
    await person.come_back("12345 12345 12345 12345")
    await person.pick("code.unknown", "!emergency")
    await person.leave()
    await person.begin("en")
    await person.take(*SHORT)
    await person.write(f"a draft with {WORD}{number} and {ARABIC}")
    return ""


KINDS: Final[tuple[Callable[[Person, int], Coroutine[None, None, str]], ...]] = (
    reports, leaves, is_in_danger, looks_for_help, stops_half_way,
)  # fmt: skip
REPORTING: Final = (reports, is_in_danger)
