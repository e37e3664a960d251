"""Invitations, accounts and one's own keys, as the endpoints take and refuse them."""

import asyncio
import base64
import hashlib

import pyotp
import pytest

from bot.console.guard import token_hash
from bot.domain.audit import Note
from bot.ports.staff import Invitation
from tests.console.clients import RECOVERY, Client, StageClock, client, keys_of, token_of
from tests.console.stage import AMAL, PEOPLE, ZANA, Person, Stage, staged

RONA = Person("rona", role="admin", languages=())
DARA = Person("dara")
DAY = 86_400


@pytest.fixture
async def stage(tmp_path):
    async with staged(tmp_path, (*PEOPLE, RONA), StageClock()) as made:
        yield made


@pytest.fixture
async def rona(stage: Stage):
    async with client(stage) as made:
        await made.sign_in(RONA)
        yield made


@pytest.fixture
async def dara(stage: Stage):
    async with client(stage) as made:
        yield made


async def invite(rona: Client, name: str = "dara", role: str = "caseworker") -> str:
    token = token_of(name)
    body = {
        "token_hash": token_hash(token).hex(), "handle": name, "role": role, "language": "ckb",
    }  # fmt: skip
    answer = await rona.post("/api/invitations", body)
    assert answer.status == 200, answer.body
    return token


async def join(who: Client, token: str, person: Person = DARA, **changed: object):
    looked = (await who.post("/api/join/look", {"token": token})).body
    uri = looked.get("totp", {}).get("uri", "otpauth://totp/x?secret=AAAA")
    code = pyotp.parse_uri(uri).at(who.stage.clock.now()) if "totp" in looked else "000000"
    body = {"token": token, "keys": keys_of(person), "code": code}
    return await who.post("/api/join", {**body, **changed})


async def test_an_invitation_becomes_an_account_that_signs_in(
    stage: Stage, rona: Client, dara: Client
):
    """Invited, joined, signed in at once; later in again with passphrase and one-time code."""
    token = await invite(rona)
    looked = (await dara.post("/api/join/look", {"token": token})).body
    assert (looked["handle"], looked["role"]) == ("dara", "caseworker")
    assert looked["totp"]["qr"].startswith("<svg")
    answer = await join(dara, token)
    assert (answer.status, answer.body["home"]) == (200, "/console/queue")
    assert dara.signed_in
    account = await stage.desk.staff.account("dara")
    assert account.recipient == DARA.member().recipient
    dara.cookies.clear()
    stage.clock.seconds += 30
    secret = base64.b32encode(account.totp).decode()
    again = await dara.passphrase("dara", pyotp.TOTP(secret).at(stage.clock.now()))
    assert again.status == 200


async def test_the_recovery_code_signs_in_alone(stage: Stage, rona: Client, dara: Client):
    """The printed code stands for passphrase and one-time code together."""
    await join(dara, await invite(rona))
    dara.cookies.clear()
    for secret, status in ((hashlib.sha256(b"x").digest(), 403), (RECOVERY, 200)):
        body = {"handle": "dara", "auth": secret.hex()}
        assert (await dara.post("/api/login/recovery", body)).status == status


async def test_an_invitation_counts_once(stage: Stage, rona: Client, dara: Client):
    """The second who comes with it is told that it was used, and by whom is asked."""
    token = await invite(rona)
    assert (await join(dara, token)).status == 200
    async with client(stage) as other:
        answer = await join(other, token)
        assert (answer.status, answer.body["error"]) == (410, "invitation_used")


async def test_two_who_join_at_once_become_one_account(stage: Stage, rona: Client, dara: Client):
    """Of two browsers with one link exactly one joins; its keys are the account's."""
    token = await invite(rona)
    async with client(stage) as other:
        done = await asyncio.gather(join(dara, token), join(other, token, AMAL))
    statuses = sorted(answer.status for answer in done)
    assert statuses[0] == 200
    assert statuses[1] in {400, 410}


async def test_an_invitation_holds_three_days(stage: Stage, rona: Client, dara: Client):
    """A second before it lets in, at the end it does not."""
    token = await invite(rona)
    stage.clock.seconds += 3 * DAY - 1
    assert (await dara.post("/api/join/look", {"token": token})).status == 200
    stage.clock.seconds += 1
    answer = await dara.post("/api/join/look", {"token": token})
    assert (answer.status, answer.body["error"]) == (410, "invitation_expired")


async def test_a_foreign_or_withdrawn_invitation_lets_nobody_in(
    stage: Stage, rona: Client, dara: Client
):
    """A token of elsewhere is unknown, and so is one that was taken back."""
    answer = await join(dara, token_of("elsewhere"))
    assert (answer.status, answer.body["error"]) == (404, "invitation_unknown")
    token = await invite(rona)
    gone = await rona.send("DELETE", f"/api/invitations/{token_hash(token).hex()}")
    assert gone.status == 200
    assert (await join(dara, token)).body["error"] == "invitation_unknown"


async def test_only_the_hash_of_a_token_is_kept(stage: Stage, rona: Client):
    """Neither the database nor what an administrator reads back holds what opens the door."""
    token = await invite(rona)
    listed = str((await rona.get("/api/accounts")).body)
    assert token not in listed
    for path in stage.path.parent.glob("sanad.sqlite*"):
        assert token.encode() not in path.read_bytes()


WRONG = {
    "another's handle in the proof": {"proof": keys_of(DARA, "amal")["proof"]},
    "another's signing key": {"verify": AMAL.member().verify},
    "a key that is none": {"recipient": "age1pq1broken"},
    "an older kind of key": {"recipient": "age1zvkyg2lqzraa2lnjvqej32nk"},
    "no recovery slot": {"slots": keys_of(DARA)["slots"][:1]},
    "a slot that is no base64": {"slots": [{"kind": "passphrase", "wrapped": "?"}] * 2},
}


async def test_keys_that_do_not_fit_are_refused(stage: Stage, rona: Client, dara: Client):
    """Whoever joins holds the keys they send, whole and post-quantum; else nothing is made."""
    token = await invite(rona)
    for what, changed in WRONG.items():
        answer = await join(dara, token, keys=keys_of(DARA, **changed))
        assert answer.status == 400, what
    assert await stage.desk.staff.account("dara") is None
    assert (await join(dara, token, code="000000")).body["error"] == "wrong_code"
    assert (await join(dara, token)).status == 200


async def test_a_handle_is_given_once(stage: Stage, rona: Client):
    """No second invitation to a name that has an account or an open door."""
    await invite(rona)
    for handle in ("dara", "amal"):
        body = {"token_hash": "0" * 64, "handle": handle, "role": "caseworker", "language": "ar"}
        assert (await rona.post("/api/invitations", body)).body["error"] == "handle_taken"


async def test_a_revoked_account_is_out_at_once(stage: Stage, rona: Client):
    """Every window of hers is signed out with the act, and she cannot come back."""
    async with client(stage) as amal:
        await amal.sign_in(AMAL)
        assert (await amal.get("/api/me")).status == 200
        done = await rona.post("/api/accounts/amal/revoke", {})
        assert (done.status, done.body) == (200, {"returned": 0})
        assert (await amal.get("/api/me")).status == 401
        stage.clock.seconds += 30
        amal.cookies.clear()
        amal.csrf = "-"
        answer = await amal.passphrase("amal", AMAL.code(stage.clock.now()))
        assert answer.body["error"] == "wrong_credentials"


async def test_a_revoked_colleagues_cases_wait_again(stage: Stage, rona: Client):
    """What she had claimed is back in the queue with a running clock."""
    case = await stage.put_case({"topics": ["dv"]})
    async with client(stage) as amal:
        await amal.sign_in(AMAL)
        claimed = await amal.post("/api/claim", {"case": case, "anyway": True})
        assert claimed.status == 200, claimed.body
    done = await rona.post("/api/accounts/amal/revoke", {})
    assert done.body == {"returned": 1}
    row = await stage.desk.casework.row(bytes.fromhex(case))
    assert (row.state, row.owner) == ("returned", "")


async def test_nobody_ends_their_own_account(stage: Stage, rona: Client):
    """The last administrator cannot lock everybody out by a slip."""
    assert (await rona.post("/api/accounts/rona/revoke", {})).body["error"] == "last_admin"


async def test_new_keys_need_the_old_ones(stage: Stage):
    """Whoever only stole a session cannot put keys of their own in the place of somebody's."""
    stranger = keys_of(DARA, "amal")
    mine = Person("amal")
    async with client(stage) as amal, client(stage) as window:
        await amal.sign_in(AMAL)
        stage.clock.seconds += 30
        await window.sign_in(AMAL)
        before = mine.member().recipient
        answer = await amal.post("/api/me/keys", {"before": before, "keys": stranger})
        assert answer.body["error"] == "wrong_proof"
        same = {"before": before, "keys": keys_of(mine)}
        assert (await amal.post("/api/me/keys", same)).status == 200
        assert (await window.get("/api/me")).status == 401, "other windows are signed out"
        late = await amal.post("/api/me/keys", {"before": "age1pq1x", "keys": keys_of(mine)})
        assert late.body["error"] == "keys_changed"


async def test_a_way_to_the_keys_belongs_to_a_passkey_of_ones_own(stage: Stage):
    """A slot for a passkey that nobody has, or in the place of the passphrase, is not kept."""
    before = await stage.desk.staff.slots("amal")
    async with client(stage) as amal:
        await amal.sign_in(AMAL)
        for kind, name in (("passkey", "ab" * 16), ("passphrase", "")):
            slot = {"kind": kind, "id": name, "wrapped": "AAAA", "params": {}}
            assert (await amal.post("/api/me/slots", slot)).body["error"] == "bad_request"
    assert await stage.desk.staff.slots("amal") == before


async def test_every_act_of_an_account_is_in_the_chain(stage: Stage, rona: Client, dara: Client):
    """Inviting, joining, signing in and ending an account are written down, with who and what."""
    await join(dara, await invite(rona))
    await rona.post("/api/accounts/dara/revoke", {})
    written = [(entry.note.actor, entry.note.act) for entry in await stage.desk.audit.audit()]
    wanted = [("rona", "invite"), ("dara", "join"), ("dara", "sign_in"), ("rona", "revoke")]
    assert [each for each in written if each in wanted] == wanted


async def test_an_invitation_of_the_terminal_lets_in(stage: Stage, dara: Client):
    """What `sanad console invite` stores is the same door."""
    token = token_of("first")
    expires = stage.clock.now() + 3600
    invitation = Invitation(token_hash(token), "dara", "admin", "ar", expires, "-")
    await stage.desk.staff.invite(invitation, Note(0, "-", "invite", b""))
    assert (await join(dara, token)).body["home"] == "/console/roster"
    assert ZANA.role == "supervisor"
