"""The queue over HTTP: who sees and takes what, page by page, and only what changed."""

import pytest

from tests.console.clients import Client, StageClock, client
from tests.console.stage import AMAL, BAHAR, PEOPLE, ZANA, Person, Stage, staged

RAWA = Person("rawa", role="manager", languages=())


@pytest.fixture
async def stage(tmp_path):
    async with staged(tmp_path, (*PEOPLE, RAWA), StageClock()) as made:
        yield made


@pytest.fixture
async def amal(stage: Stage):
    async with client(stage) as made:
        await made.sign_in(AMAL)
        yield made


@pytest.fixture
async def bahar(stage: Stage):
    async with client(stage) as made:
        await made.sign_in(BAHAR)
        yield made


async def test_fifty_rows_a_page_and_every_case_once(stage: Stage, amal: Client):
    """Page after page shows all that waits, the most urgent first, each once."""
    made = {await stage.put_case({"danger_now": "no", "when": "older"}) for _ in range(60)}
    urgent = await stage.put_case({"danger_now": "yes"})
    seen: list[str] = []
    path = "/queue"
    while path:
        page = (await amal.get(path)).body
        seen += [part[:32] for part in page.split('data-case="')[1:]]
        onward = page.partition("&amp;after=")[2] if "Next page" in page else ""
        path = _next(page) if onward else ""
    assert seen[0] == urgent
    assert len(seen) == 61
    assert set(seen) == {*made, urgent}


@pytest.mark.parametrize("place", ["x", "1.2", f"{10**30}.1.{'0' * 32}", f"1.-{10**30}.00"])
async def test_a_place_that_is_none_is_the_first_page(stage: Stage, amal: Client, place: str):
    """An address somebody made up, or cut off, shows the queue from its start."""
    case = await stage.put_case({"danger_now": "no"})
    answer = await amal.get(f"/queue?after={place}")
    assert answer.status == 200
    assert case in answer.body


def _next(page: str) -> str:
    link = page.rpartition('">Next page')[0].rpartition('href="/console')[2]
    return link.replace("&amp;", "&")


async def test_rows_are_sent_only_when_they_changed(stage: Stage, amal: Client):
    """The same rows are a 304 without a body; a new case, or a claim, is a new answer."""
    await stage.put_case({"danger_now": "no"})
    first = await amal.get("/queue/rows?view=waiting")
    tag = first.headers["ETag"]
    same = await amal.get("/queue/rows?view=waiting", if_none_match=tag)
    assert (same.status, same.body) == (304, "")
    assert int(same.headers["X-Sanad-Now"]) == stage.clock.now()
    await stage.put_case({"danger_now": "no"})
    other = await amal.get("/queue/rows?view=waiting", if_none_match=tag)
    assert other.status == 200
    assert other.headers["ETag"] != tag


async def test_headlines_are_of_what_waits_or_is_ones_own(
    stage: Stage, amal: Client, bahar: Client
):
    """A sealed report is given out for choosing; another's case is not, nor one that is unknown."""
    free, mine = [await stage.put_case({"danger_now": "no"}) for _ in range(2)]
    assert (await amal.post("/api/claim", {"case": mine})).status == 200
    query = f"/api/headlines?case={free}&case={mine}&case={'0' * 32}"
    given = [each["case"] for each in (await amal.get(query)).body["headlines"]]
    assert given == [free, mine]
    given = [each["case"] for each in (await bahar.get(query)).body["headlines"]]
    assert given == [free]
    assert (await bahar.get(f"/api/cases/{mine}")).body["error"] == "not_your_case"
    assert (await bahar.get("/api/headlines?case=no-case")).body["error"] == "not_found"


async def test_a_wish_is_asked_about_before_it_is_passed_over(
    stage: Stage, amal: Client, bahar: Client
):
    """A case that asks for a woman goes to a man only when he says that nobody else can."""
    case = await stage.put_case({"danger_now": "no", "pref_gender": "female"})
    refused = await bahar.post("/api/claim", {"case": case})
    assert (refused.status, refused.body["error"]) == (409, "does_not_fit")
    assert (await bahar.post("/api/claim", {"case": None})).body["error"] == "nothing_waits"
    assert (await bahar.post("/api/claim", {"case": case, "anyway": True})).status == 200
    late = await amal.post("/api/claim", {"case": case})
    assert (late.status, late.body["error"]) == (409, "taken")


async def test_the_next_case_is_the_most_urgent(stage: Stage, amal: Client):
    """Claiming without choosing gives the most urgent case, then the oldest."""
    await stage.put_case({"danger_now": "no", "when": "older"})
    urgent = await stage.put_case({"danger_now": "yes"})
    assert (await amal.post("/api/claim", {"case": None})).body == {"case": urgent}


async def test_only_openers_of_the_roster_see_the_queue(stage: Stage, amal: Client):
    """A manager has no queue; somebody the newest roster no longer has is told so."""
    async with client(stage) as rawa:
        await rawa.sign_in(RAWA)
        assert (await rawa.get("/queue")).status == 403
        assert (await rawa.post("/api/claim", {"case": None})).body["error"] == "not_yours"
    case = await stage.put_case({"danger_now": "no"})
    await stage.publish((BAHAR, ZANA), 2)
    headlines = await amal.get(f"/api/headlines?case={case}")
    assert headlines.body["error"] == "not_in_roster"
    assert (await amal.post("/api/claim", {"case": None})).body["error"] == "not_in_roster"
