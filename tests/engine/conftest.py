"""A small book and a small world for tests of the engine."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.domain.folding import fold
from bot.domain.message import Inbound
from bot.domain.session import Session, decode, encode
from bot.engine import loader
from bot.engine.effects import Effect, Outcome, Show
from bot.engine.flow import Book
from bot.engine.turn import turn
from bot.engine.world import World

MINUTE = 29_927_520

REQUIRED = {
    "entry": """flow: entry
start: language
nodes:
  language:
    ask: Choose
    save: language
    required: true
    choices: {ar: العربية, ckb: سۆرانی, kmr: بادینی, en: English}
    moves: [emergency, exit]
    next: apply
  apply: {do: set_language, results: {done: safe}}
  safe:
    ask: Is it safe to read?
    choices: {yes: Yes, no: No}
    next: menu.menu
""",
    "exit": """flow: exit
start: bye
nodes:
  bye: {do: forget, results: {done: gone}}
  gone: {say: Bye., end: true, moves: []}
""",
    "danger": """flow: danger
start: card
topic: danger_now
nodes:
  card:
    ask: "Call {emergency}"
    choices: {on: Go on}
    moves: [exit]
    next: back_in
  back_in: {return: true}
""",
    "self_harm": """flow: self_harm
start: ask
topic: self_harm
nodes:
  ask:
    ask: Are you thinking of it now?
    choices: {yes: "Yes", no: Not now}
    next: back_in
  back_in: {return: true}
""",
    "menu": """flow: menu
start: menu
nodes:
  menu:
    ask: What would you like?
    free: true
    choices:
      report: {label: Make a report, to: report}
      learn: {label: Learn, to: help}
    moves: [emergency, exit]
  help: {ask: How can this help, choices: {on: Go on}, next: back_in}
  back_in: {return: true}
  stopped: {say: Stopped., next: menu}
""",
    "repair": """flow: repair
start: confirm
nodes:
  confirm: {ask: "Is it about {topic}?", choices: {yes: "Yes", no: "No"}, next: menu.menu}
  again: {say: Please once more., return: true}
  lost: {ask: I did not understand., choices: {menu: {label: Menu, to: menu.menu}}, next: menu.menu}
""",
    "odd": """flow: odd
start: media
nodes:
  media: {say: I read only words., return: true}
  edited: {say: Please write it again., return: true}
  cut: {say: The end is missing., return: true}
  long: {say: Please write it shorter., return: true}
  added: {say: I have added it., return: true}
""",
    "resume": """flow: resume
start: gate
nodes:
  gate:
    ask: Shall we go on?
    choices: {on: {label: Go on, to: back_in}, anew: {label: Start again, to: anew}}
    next: back_in
  back_in: {return: true}
  anew: {do: forget_draft, results: {done: entry.language}}
""",
    "report": """flow: report
start: role
topic: report_start
steps: [role, topics, where, words]
review: review
nodes:
  role:
    ask: Who is it about?
    short: About
    save: role
    choices: {self: Me, other: Somebody else}
    next: topics
  topics:
    ask: What is it about?
    short: Topics
    kind: many
    save: topics
    choices: {dv: Harm at home, work: Forced work, online: Online}
    next:
      - {when: {topics: work}, to: where}
      - {to: words}
  where: {ask: "Where?", short: Where, kind: place, save: governorate, next: words}
  words: {ask: "In your words?", kind: text, save: narrative, limit: 100, next: review}
  word: {ask: "A word?", kind: text, save: secret_word, limit: 20, next: review}
  review:
    ask: "{summary}"
    choices:
      send: {label: Send, to: send}
      change: {label: Change, to: change}
      word: {label: Word, to: word}
    more: narrative
    next: menu.menu
  change: {ask: "Which?", kind: step, next: review}
  send: {do: submit, results: {sent: sent, no_roster: menu.menu, not_stored: menu.menu}}
  sent: {say: "Sent {code}", end: true}
""",
}


@dataclass
class Understands:
    """Words of these tests only."""

    commands: dict[str, str] = field(
        default_factory=lambda: {
            "exit": "exit", "0": "exit", "911": "emergency", "00": "back", "99": "skip",
            "stop": "stop", "help": "help", "language": "language", "menu": "menu",
        }
    )  # fmt: skip

    def command(self, text: str) -> str | None:
        return self.commands.get(fold(text))

    def route(self, text: str) -> "Routed":
        folded = fold(text)
        if "knife" in folded:
            return Routed("danger_now", danger=True)
        if "die" in folded.split():
            return Routed("self_harm", danger=True)
        return Routed("report_start" if "report" in folded else "other", danger=False)


@dataclass(frozen=True)
class Routed:
    topic: str
    danger: bool


class TwoPlaces:
    def codes(self) -> tuple[str, ...]:
        return ("BG", "NI")

    def label(self, code: str, tag: str) -> str:
        return {"BG": "Baghdad", "NI": "Nineveh"}[code]

    def find(self, text: str) -> str | None:
        return {"baghdad": "BG", "mosul": "NI"}.get(fold(text))

    def at(self, latitude: float, longitude: float) -> str | None:
        return "BG" if 30 < latitude < 36 else None


def write_book(folder: Path, **flows: str) -> Book:
    for name, text in {**REQUIRED, **flows}.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return loader.make_book(loader.load_flows(folder), {})


@dataclass
class Player:
    """Plays one talk; the session is written out and read back between every two turns."""

    world: World
    session: Session = field(default_factory=Session)
    minute: int = MINUTE
    mark: int = 0
    effects: tuple[Effect, ...] = ()

    def take(self, inbound: Inbound) -> "Player":
        self.session = decode(encode(self.session))
        self.session, self.effects = turn(self.world, self.session, inbound, self.minute)
        return self

    def write(self, *texts: str) -> "Player":
        for text in texts:
            self.mark += 1
            self.take(Inbound(self.mark, text=text))
        return self

    def press(self, value: str, *, prompt: int | None = None) -> "Player":
        self.mark += 1
        number = self.session.prompt if prompt is None else prompt
        return self.take(Inbound(self.mark, press=f"{number}:{value}"))

    def outcome(self, result: str, **values: str) -> "Player":
        self.session, self.effects = turn(
            self.world, self.session, Outcome(result, tuple(values.items())), self.minute
        )
        return self

    @property
    def at(self) -> str:
        return self.session.node

    @property
    def shown(self) -> Show:
        return next(effect for effect in reversed(self.effects) if isinstance(effect, Show))


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(write_book(tmp_path), Understands(), TwoPlaces())


@pytest.fixture
def start(world: World) -> Callable[[], Player]:
    def begin() -> Player:
        return Player(world).write("hello", "4", "1")

    return begin
