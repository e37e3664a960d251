"""Every parser under thousands of broken inputs: it answers or refuses, and never stumbles."""

import random
import shutil
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl

import msgspec

from bot.app.content import DEMO, FLOWS
from bot.channels.telegram.updates import decode, number
from bot.channels.whatsapp.arrival import from_form
from bot.domain import session as sessions
from bot.domain.directory.reading import read as read_directory
from bot.engine.loader import load_flow
from bot.errors import FlowError, OpenError, RosterError
from bot.prove.bench import Bench
from bot.prove.installation import ADMIN_SEED, WORKER, Installation
from bot.sealing import age, keys, reading, receipt
from bot.usecases.trust_roster import check_roster

PROMISE: Final = "Parsers refuse and never stumble"
TOKENS: Final = (
    b"\0", b"\xff", b"\xed\xa0\x80", b"\\ud800", b"null", b"true", b"-1", b"1e999", b"[", b"{",
    b'"', b":", b"- ", b"\n", b"\r\n", b",", b"&", b"=", b"%00", b"%", b"*a", b"&a", b"<<: *a",
    b"!!python/object:os.system", b"99999999999999999999", b"-> ", b"---", b"'", b"\x1b[2J",
    b"age-encryption.org/v1\n", b"0" * 64, b"[" * 200, b"A" * 5000,
    "٣".encode(), "\u202e".encode(), "\u200b".encode(),
)  # fmt: skip
EDITS: Final = 6
STUMBLED: Final = "stumbles"


@dataclass(frozen=True, slots=True)
class Parser:
    """Something that reads what strangers or authors send, good inputs, and how it may refuse."""

    name: str
    seeds: Sequence[bytes]
    parse: Callable[[bytes], object]
    refusals: tuple[type[Exception], ...] = ()
    never_opens: bool = False
    """Whether an altered input may never be accepted."""


async def check(bench: Bench) -> None:
    """Mutations of good inputs, the same in every run."""
    count = bench.amount(2_000, 100_000)
    for parser in _parsers(bench):
        began = time.monotonic()
        found = _fuzzed(parser, count)
        accepted = found.pop("accepted", 0)
        faults = [f"{what} ({times} times)" for what, times in found.most_common()]
        bench.ledger.record(PROMISE, parser.name, count, faults, f"{accepted:,} accepted")
        bench.ledger.say(f"  {parser.name}: {time.monotonic() - began:.0f} s")


def _fuzzed(parser: Parser, count: int) -> "Counter[str]":
    """How often each fault happened, and how many inputs were accepted."""
    chance, found = random.Random(parser.name), Counter[str]()
    for seed in parser.seeds:
        _try(parser, seed, found)
    if not found["accepted"]:
        found["no good input is accepted: nothing is tried"] += 1
    for _ in range(count):
        seed = chance.choice(parser.seeds)
        data = _mutated(seed, parser.seeds, chance)
        accepted = found["accepted"]
        _try(parser, data, found)
        if parser.never_opens and data not in parser.seeds and found["accepted"] > accepted:
            found["an altered file opens"] += 1
    return found


def _try(parser: Parser, data: bytes, found: "Counter[str]") -> None:
    try:
        parser.parse(data)
    except parser.refusals:
        return
    except Exception as error:  # noqa: BLE001 - this is what is looked for
        found[f"{STUMBLED}: {type(error).__name__}"] += 1
    else:
        found["accepted"] += 1


def _mutated(seed: bytes, others: Sequence[bytes], chance: random.Random) -> bytes:
    data = bytearray(seed)
    for _ in range(chance.randint(1, EDITS)):
        at = chance.randrange(len(data) + 1)
        span = chance.randint(0, min(16, len(data) - at))
        match chance.randrange(7):
            case 0:
                data[at:at] = chance.choice(TOKENS)
            case 1:
                del data[at : at + span]
            case 2 if at < len(data):
                data[at] ^= 1 << chance.randrange(8)
            case 3:
                data[at:at] = data[at : at + span] * chance.randint(1, 40)
            case 4:
                data[at:] = chance.choice(others)[at:]
            case 5:
                del data[at:]
            case _:
                data[at : at + span] = chance.randbytes(span)
    return bytes(data)


# ------------------------------------------------------------------ the parsers
def _parsers(bench: Bench) -> list[Parser]:
    place = bench.fresh("fuzz")
    parsers = [
        Parser("Telegram update", UPDATES, _telegram),
        Parser("Twilio form", FORMS, _twilio),
        Parser("receipt code", CODES, _code),
        _age_file(),
        _session(),
        _roster(place),
        _flow(bench.folder),
        _directory(bench.folder),
    ]
    if bench.planted:
        return [Parser("Twilio form", FORMS, _fragile)]
    return parsers


PERSON: Final = b'{"id":4503599627000001,"is_bot":false,"first_name":"Invented"}'
CHAT: Final = b'{"id":4503599627000001,"type":"private","first_name":"Invented"}'
MESSAGE: Final = b'{"message_id":7,"date":1,"from":%b,"chat":%b' % (PERSON, CHAT)
UPDATES: Final = (
    b'{"update_id":1,"message":%b,"text":"hello \\u0661\\u0662"}}' % MESSAGE,
    b'{"update_id":2,"message":%b,"location":{"latitude":33.3,"longitude":44.4}}}' % MESSAGE,
    b'{"update_id":3,"message":%b,"photo":[{"file_id":"a"}],"caption":"see"}}' % MESSAGE,
    b'{"update_id":4,"edited_message":%b,"text":"again"}}' % MESSAGE,
    b'{"update_id":5,"callback_query":{"id":"9","from":%b,"chat_instance":"1","data":"1:yes",'
    b'"message":%b}}}' % (PERSON, MESSAGE),
    b'{"update_id":6,"my_chat_member":{"chat":%b,"from":%b,"date":1,"old_chat_member":'
    b'{"status":"left"},"new_chat_member":{"status":"member"}}}' % (CHAT, PERSON),
    b'{"update_id":7,"message":%b,"contact":{"phone_number":"1","first_name":"x"}}}' % MESSAGE,
    b'{"update_id":8,"message":%b,"poll":{"id":"1","question":"?","options":[]}}}' % MESSAGE,
)
FORMS: Final = (
    b"MessageSid=SM0123456789abcdef0123456789abcdef&From=whatsapp%3A%2B10000000001&Body=hello",
    b"MessageSid=SM01&From=whatsapp%3A%2B10000000001&Body=&Latitude=33.3&Longitude=44.4&NumMedia=0",
    b"SmsSid=SM02&From=whatsapp%3A%2B10000000001&NumMedia=1&MediaContentType0=image%2Fjpeg&Body=%D8",
    b"MessageSid=SM0123456789abcdef0123456789abcdef&From=whatsapp%3A%2B10000000001&ListId=%3D1",
)
CODES: Final = tuple(
    text.encode()
    for text in (
        receipt.grouped(receipt.new_code(bytes(range(16)))),
        receipt.new_code(bytes(range(1, 17))),
        "١٢٣٤٥ ٦٧٨٩٠ ١٢٣٤٥ ٦٧٨٩٠",
        "12345-67890-12345-67890.",
        "my code is 12345",
    )
)


def _telegram(data: bytes) -> None:
    number(data)
    decode(data)


def _twilio(data: bytes) -> None:
    try:
        fields = parse_qsl(data.decode("ascii", "replace"), keep_blank_values=True)
    except ValueError:
        return  # the webhook answers 403 to that
    from_form(fields, len)


def _fragile(data: bytes) -> None:
    """The planted fault: a parser that takes a number for granted."""
    form = dict(parse_qsl(data.decode("ascii", "replace"), keep_blank_values=True))
    float(form.get("Latitude") or "0")
    int(form.get("NumMedia") or "0")


def _code(data: bytes) -> None:
    parsed = receipt.parse(data.decode("utf-8", "surrogateescape"))
    if parsed.code and len(parsed.code) != receipt.CODE_SIZE:
        raise AssertionError("a code of another length")


def _age_file() -> Parser:
    sealed = [
        age.seal(b"words " * size, [keys.recipient_of(WORKER.seeds[0])]) for size in (1, 40, 400)
    ]
    return Parser(
        "age file", sealed, lambda data: reading.open_sealed(data, WORKER.seeds), (OpenError,),
        never_opens=True,
    )  # fmt: skip


def _session() -> Parser:
    talks = [
        sessions.Session(book="1", language="ar", node="menu.menu", marks=[1, 2]),
        sessions.Session(answers={"topics": ["dv"], "narrative": "words"}, references=[(7, 8)]),
    ]
    seeds = [sessions.encode(talk) for talk in talks]
    return Parser("session at rest", seeds, sessions.decode, (msgspec.MsgspecError, UnicodeError))


def _roster(place: Installation) -> Parser:
    admins = (keys.signing_public(ADMIN_SEED),)
    good = (place.data / "roster.json").read_bytes()
    return Parser("signed roster", [good], lambda data: check_roster(data, admins), (RosterError,))


def _flow(folder: Path) -> Parser:
    names = ("odd", "facts", "exit", "moves")
    file = folder / "odd.yaml"

    def parse(data: bytes) -> None:
        file.write_bytes(data)
        load_flow(file)

    seeds = [(FLOWS / f"{name}.yaml").read_bytes() for name in names if name != "facts"]
    seeds = [seed.replace(b"flow: exit", b"flow: odd").replace(b"flow: moves", b"flow: odd") for
             seed in seeds]  # fmt: skip
    return Parser("flow YAML", seeds, parse, (FlowError,))


def _directory(folder: Path) -> Parser:
    copy = folder / "directory"
    shutil.copytree(DEMO / "directory", copy)
    names = ("services.csv", "phones.csv", "organizations.csv")

    def parse(data: bytes) -> None:
        (copy / "services.csv").write_bytes(data)
        read_directory(copy)

    return Parser("directory CSV", [(DEMO / "directory" / name).read_bytes() for name in names],
                  parse)  # fmt: skip
