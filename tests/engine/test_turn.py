"""One turn of a talk: how a person gets on, back, out, and help."""

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.message import Inbound
from bot.domain.session import decode, encode
from bot.engine.effects import Act, Count, Forget
from bot.engine.turn import turn
from bot.engine.world import World
from tests.engine.conftest import MINUTE, Player

Start = Callable[[], Player]


def test_a_talk_begins_with_the_language_and_then_asks_whether_it_is_safe(world: World) -> None:
    """The first thing said asks for a language, the second whether reading is safe."""
    player = Player(world).write("hello")
    assert player.at == "entry.language"
    assert player.write("4").at == "entry.safe"
    assert player.session.language == "en"


@pytest.mark.parametrize("text", ["1", "١", "۱", "1️⃣", " 1. ", "Make a report", "make  a REPORT"])
def test_a_choice_is_taken_as_number_in_any_digits_or_as_its_label(start: Start, text: str) -> None:
    """Whatever keyboard a person has, an answer to a question is understood."""
    assert start().write(text).at == "report.role"


def test_a_label_with_a_slip_is_still_understood(start: Start) -> None:
    """A label that is nearly right counts as that answer."""
    assert start().write("Make a reprot").at == "report.role"


def test_a_press_of_an_older_question_shows_the_present_one(start: Start) -> None:
    """A button from further up changes nothing and leads back to where the talk is."""
    player = start()
    old = player.session.prompt
    player.press("report")
    player.press("learn", prompt=old)
    assert player.at == "report.role"
    assert player.shown.node.name == "report.role"


def test_a_repeated_update_repeats_the_prompt_and_advances_nothing(start: Start) -> None:
    """The same update a second time leaves the talk where it was."""
    player = start().press("report").press("self")
    before = encode(player.session)
    player.take(Inbound(player.mark, press="whatever"))
    assert player.shown.repeated
    assert encode(player.session) == before


@pytest.mark.parametrize("word", ["exit", "0", "٠"])
def test_exit_leaves_from_anywhere_and_forgets(start: Start, word: str) -> None:
    """One word ends the talk, in the middle of a report, without a question."""
    player = start().press("report").press("self")
    player.write(word)
    assert Forget(everything=True) in player.effects
    assert player.outcome("done").at == "exit.gone"


def test_911_comes_from_anywhere_and_leads_back(start: Start) -> None:
    """The emergency card interrupts, and "go on" returns to the interrupted question."""
    player = start().press("report").press("self")
    assert player.write("911").at == "danger.card"
    assert player.press("on").at == "report.topics"
    assert player.session.answers["role"] == "self"


def test_danger_words_interrupt_a_choice(start: Start) -> None:
    """A cry for help where a choice was asked leads to the card, not to "not understood"."""
    player = start().press("report").write("he has a knife")
    assert player.at == "danger.card"
    assert Count("danger") in player.effects


def test_danger_words_in_own_words_are_kept_and_heeded(start: Start) -> None:
    """A narrative that sounds like danger is kept, then the card comes, then the talk goes on."""
    player = start().press("report").press("self").press("dv").press("!done")
    assert player.at == "report.words"
    player.write("he has a knife")
    assert player.at == "danger.card"
    assert player.press("on").at == "report.review"
    assert player.session.answers["narrative"] == "he has a knife"


def test_self_harm_is_asked_about_and_ok_never_closes_it(start: Start) -> None:
    """A bare "ok" is no answer to the question about self-harm, however often it comes."""
    player = start().write("I want to die")
    assert player.at == "self_harm.ask"
    assert player.write("ok", "ok", "ok", "ok").at == "self_harm.ask"


def test_back_skip_and_stop_work_at_every_question(start: Start) -> None:
    """Every step can be undone, left out, or ended."""
    player = start().press("report").press("self")
    assert player.press("!back").at == "report.role"
    assert player.press("!skip").at == "report.topics"
    assert "role" not in player.session.answers
    player.write("stop")
    assert player.at == "menu.menu"
    assert player.session.answers == {}
    assert Forget(everything=False) in player.effects


def test_many_answers_can_be_ticked_or_typed_together(start: Start) -> None:
    """Ticking one by one and typing "1 3" lead to the same draft."""
    ticked = start().press("report").press("self").press("dv").press("online").press("!done")
    typed = start().press("report").press("self").write("1 ٣")
    assert ticked.session.answers["topics"] == typed.session.answers["topics"] == ["dv", "online"]
    assert ticked.at == typed.at == "report.words"


def test_a_tick_is_taken_away_by_pressing_again(start: Start) -> None:
    """A second press takes a tick back."""
    player = start().press("report").press("self").press("dv").press("dv")
    assert player.session.answers["topics"] == []


def test_a_condition_leads_on_by_what_was_answered(start: Start) -> None:
    """Where a flow goes depends on the draft, by the closed list of conditions."""
    assert start().press("report").press("self").press("work").press("!done").at == "report.where"


@pytest.mark.parametrize("place", ["Baghdad", "1", "baghdad"])
def test_a_place_is_taken_by_name_or_number(start: Start, place: str) -> None:
    """A governorate may be typed or counted."""
    player = start().press("report").press("self").press("work").press("!done").write(place)
    assert player.session.answers["governorate"] == "BG"


def test_a_shared_location_gives_the_governorate_and_is_not_kept(start: Start) -> None:
    """A pin is used once: the governorate stays, the coordinates do not."""
    player = start().press("report").press("self").press("work").press("!done")
    player.take(Inbound(999, point=(33.3152, 44.3661)))
    assert player.session.answers["governorate"] == "BG"
    assert b"33.3152" not in encode(player.session)
    assert 33.3152 not in [item for pair in player.session.references for item in pair]


def test_an_amended_answer_returns_to_the_review(start: Start) -> None:
    """Changing one answer does not walk through all that follow."""
    player = start().press("report").press("self").press("dv").press("!done").write("words")
    player.press("change").press("report.role").press("other")
    assert player.at == "report.review"
    assert player.session.answers["role"] == "other"


def test_submitting_is_an_act_and_its_outcome_leads_on(start: Start) -> None:
    """The engine asks for the act and goes on by its result; it seals nothing itself."""
    player = start().press("report").press("self").press("dv").press("!done").write("w")
    player.press("send")
    assert Act("submit") in player.effects
    assert player.outcome("sent", code="12345").at == "report.sent"


def test_progress_counts_the_questions_really_asked(start: Start) -> None:
    """Progress ("2 of 3") counts what this draft will be asked, not every question of the file."""
    player = start().press("report")
    assert player.shown.progress == (1, 3)
    player.press("self")
    assert player.shown.progress == (2, 3)
    player.press("work").press("!done")
    assert player.shown.progress == (3, 4)


def test_language_changes_in_the_middle_and_returns(start: Start) -> None:
    """A frightened person may change language at a question and go on there."""
    player = start().press("report").press("self").write("language")
    assert player.at == "entry.language"
    player.press("ckb")
    assert (player.at, player.session.language) == ("report.topics", "ckb")


def test_after_ten_quiet_minutes_a_neutral_gate_comes_first(start: Start) -> None:
    """Whoever picks up the phone sees nothing of the talk, and the right person can go on."""
    player = start().press("report").press("self")
    player.minute += 10
    assert player.write("hello").at == "resume.gate"
    assert player.press("on").at == "report.topics"


def test_after_thirty_quiet_minutes_the_draft_is_gone(start: Start) -> None:
    """A forgotten draft is destroyed; the talk begins anew with the language."""
    player = start().press("report").press("self")
    player.minute += 30
    player.write("hello")
    assert player.at == "entry.language"
    assert player.session.answers == {}


@pytest.mark.parametrize(
    "inbound",
    [Inbound(77, odd="photo"), Inbound(77, text="\x00\u202e"), Inbound(77, text="x", edited=True)],
)
def test_what_cannot_be_read_gets_one_kind_line_and_the_same_question(
    start: Start, inbound: Inbound
) -> None:
    """A photo, an empty text or an edit loses nothing and is answered."""
    player = start().press("report").press("self")
    player.take(inbound)
    assert player.at == "report.topics"
    assert len(player.shown.parts) == 2


def test_two_misses_lead_to_a_way_on_instead_of_a_third_repetition(start: Start) -> None:
    """A person who is not understood twice is offered other ways."""
    player = start().press("report").write("qqqq", "wwww")
    assert player.at == "repair.lost"


def test_a_text_sent_again_is_not_taken_for_a_wrong_answer(start: Start) -> None:
    """When our answer was lost and the same text comes again, the present question is shown."""
    player = start().press("report").write("qqqq qqqq")
    player.write("qqqq qqqq")
    assert player.at == "report.role"
    assert player.session.misses == 1


def test_a_topic_in_own_words_is_confirmed_first(start: Start) -> None:
    """A free text leads to its topic only after a yes; a no leads back."""
    assert start().write("i want a report please").at == "repair.confirm"
    assert start().write("i want a report please").press("yes").at == "report.role"


@pytest.fixture
def told(start: Start) -> Callable[[str], Player]:
    """A report whose own words were just written."""

    def tell(words: str) -> Player:
        return start().press("report").press("self").press("dv").press("!done").write(words)

    return tell


def test_an_answer_longer_than_its_limit_is_cut_and_the_person_is_told(told) -> None:
    """A narrative keeps the characters its question allows, and the next screen says so first."""
    player = told("a" * 999)
    assert player.session.answers["narrative"] == "a" * 100
    assert player.shown.parts == ("odd.cut", "report.review")
    assert "odd.cut" not in told("short").shown.parts


def test_a_story_in_two_messages_stays_one_story(told) -> None:
    """What is written where a button was asked for goes on with the own words before it."""
    player = told("he came home").write("and broke the door")
    assert player.session.answers["narrative"] == "he came home\nand broke the door"
    assert player.shown.parts == ("odd.added", "report.review")
    assert player.write("and broke the door").session.answers["narrative"].count("door") == 1
    assert player.write("a" * 999).shown.parts == ("odd.cut", "report.review")


def test_the_second_half_of_a_story_is_heard_for_danger_and_kept(told) -> None:
    """Danger words in what follows lead to the card; the words are not lost by it."""
    player = told("he came home").write("he has a knife")
    assert player.at == "danger.card"
    assert player.session.answers["narrative"].endswith("he has a knife")


def test_a_word_too_long_to_be_one_is_asked_for_again(told) -> None:
    """A secret word is never cut behind a person's back: nobody could open the answer again."""
    player = told("words").press("word").write("much longer than a word can be")
    assert player.at == "report.word"
    assert player.shown.parts == ("odd.long", "report.word")
    assert "secret_word" not in player.session.answers
    assert player.write("tulip").session.answers["secret_word"] == "tulip"


texts = st.one_of(
    st.text(max_size=200),
    st.sampled_from(["1", "2", "0", "00", "99", "911", "exit", "help", "language", "stop", "menu"]),
)
inbounds = st.builds(
    lambda text, press, odd, point, edited: Inbound(
        0, text=text, press=press, odd=odd, point=point, edited=edited
    ),
    texts,
    st.one_of(
        st.just(""),
        st.text(max_size=40),
        st.builds(lambda n, v: f"{n}:{v}", st.integers(0, 12), st.sampled_from(
            ["yes", "report", "self", "dv", "!done", "!back", "!skip", "!exit", "!emergency",
             "send", "change", "on", "anew", "en", "report.role", "BG"])),
    ),
    st.sampled_from(["", "", "", "photo", "voice"]),
    st.one_of(st.none(), st.tuples(st.floats(allow_nan=True), st.floats())),
    st.booleans(),
)  # fmt: skip


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=st.lists(st.tuples(inbounds, st.integers(0, 40)), max_size=25))
def test_no_input_ever_raises_and_the_ways_out_stay_open(
    world: World, steps: list[tuple[Inbound, int]]
) -> None:
    """Whatever is written or pressed, the talk stands at a real node, and 911 and exit work."""
    player = Player(world)
    for inbound, pause in steps:
        player.minute += pause
        player.mark += 1
        player.take(
            Inbound(player.mark, inbound.text, inbound.press, inbound.point, inbound.odd,
                    edited=inbound.edited)
        )  # fmt: skip
        if any(effect in player.effects for effect in (Act("submit"),)):
            player.outcome("sent", code="1")
        if Forget(everything=True) in player.effects:
            player = Player(world, minute=player.minute, mark=player.mark)
        assert not player.at or player.at in world.book.nodes
        for text, node in (("911", "danger.card"), ("exit", "exit.bye")):
            after, _ = turn(world, player.session, Inbound(10**9, text=text), player.minute)
            assert after.node == node


@given(data=st.binary(max_size=300))
def test_bytes_that_are_no_session_are_refused_cleanly(data: bytes) -> None:
    """A damaged session raises the one error its reader expects, or reads as a session."""
    import msgspec

    try:
        decode(data)
    except msgspec.DecodeError:
        return
    assert MINUTE
