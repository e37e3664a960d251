import asyncio
from dataclasses import replace

import pytest

from bot.domain.audit import first_broken
from bot.ports.staff import Account, ConsoleSession, Invitation, Keys, KeySlot, Passkey
from bot.stores.sqlite import Database
from bot.stores.sqlite_staff import SqliteStaff
from tests.fakes.caseworkers import MONDAY_NOON as NOW
from tests.stores.shelf import DUES, HOUR, case_of, claim, note, number

LATER = NOW + 72 * 3600


def invitation(handle="amal", **named):
    defaults = {
        "token_hash": b"hash of " + handle.encode(),
        "handle": handle,
        "role": "caseworker",
        "language": "ckb",
        "expires": LATER,
        "by": "rawa",
    }
    return Invitation(**{**defaults, **named})


def account(handle="amal", **named):
    defaults = {
        "handle": handle,
        "role": "caseworker",
        "language": "ckb",
        "recipient": "age1pq1" + handle,
        "verify": "00" * 32,
        "salt": b"salt",
        "auth": b"auth",
        "recovery_auth": b"recovery",
        "totp": b"secret",
        "hour": HOUR,
    }
    return Account(**{**defaults, **named})


def slot(handle="amal", kind="passphrase", id_="", wrapped=b"wrapped"):
    return KeySlot(handle, kind, id_, "{}", wrapped)


def session(handle="amal", mark=b"1", **named):
    defaults = {"expires": NOW + 1000, "idle_until": NOW + 100}
    return ConsoleSession(b"session " + mark, handle, "csrf", **{**defaults, **named})


async def joined(shelf, handle="amal"):
    staff = shelf.staff
    await staff.invite(invitation(handle), note("rawa", "invite"))
    door = invitation(handle).token_hash
    slots = [slot(handle), slot(handle, "recovery")]
    assert await staff.join(door, account(handle), slots, NOW, note(handle, "join"))
    return staff


async def test_an_invitation_lets_one_person_in_once(shelf):
    """Whoever holds the token makes the account; a second time the door is shut."""
    staff = await joined(shelf)
    assert await staff.account("amal") == account()
    assert [each.kind for each in await staff.slots("amal")] == ["passphrase", "recovery"]
    door = invitation().token_hash
    assert not await staff.join(door, account(), [], NOW, note("amal", "join"))
    assert (await staff.invitation(door)).used == HOUR
    assert await staff.invitations() == ()


@pytest.mark.parametrize(
    ("door", "who", "now"),
    [
        (b"no such hash", account(), NOW),
        (invitation().token_hash, account("bahar"), NOW),
        (invitation().token_hash, account(role="supervisor"), NOW),
        (invitation().token_hash, account(), LATER),
    ],
)
async def test_a_door_is_for_whom_it_was_opened_and_not_for_ever(shelf, door, who, now):
    """A foreign, late or changed invitation makes no account and stays as it was."""
    await shelf.staff.invite(invitation(), note("rawa", "invite"))
    assert not await shelf.staff.join(door, who, [slot(who.handle)], now, note(act="join"))
    assert await shelf.staff.accounts() == ()
    assert await shelf.staff.slots(who.handle) == ()
    assert (await shelf.staff.invitation(invitation().token_hash)).used == 0


async def test_of_two_browsers_with_one_invitation_one_joins(shelf):
    """The same link opened twice at the same moment makes one account."""
    await shelf.staff.invite(invitation(), note("rawa", "invite"))
    tries = [
        shelf.staff.join(
            invitation().token_hash, account(verify=key * 32), [], NOW, note("amal", "join")
        )
        for key in ("01", "02")
    ]
    assert sorted(await asyncio.gather(*tries)) == [False, True]
    assert len(await shelf.staff.accounts()) == 1


async def test_a_handle_is_invited_once_at_a_time_and_never_reused(shelf):
    """A waiting invitation or an account, even a revoked one, keeps its handle."""
    staff = shelf.staff
    assert await staff.invite(invitation(), note("rawa", "invite"))
    other = invitation(token_hash=b"other")
    assert not await staff.invite(other, note("rawa", "invite"))
    assert await staff.withdraw_invitation(invitation().token_hash, note("rawa", "uninvite"))
    assert not await staff.withdraw_invitation(invitation().token_hash, note("rawa", "uninvite"))
    assert await staff.invite(replace(other, expires=NOW - 1), note("rawa", "invite"))
    assert await staff.invite(invitation(), note("rawa", "invite"))  # the late one makes room
    assert [each.token_hash for each in await staff.invitations()] == [invitation().token_hash]
    await staff.join(invitation().token_hash, account(), [], NOW, note("amal", "join"))
    await staff.revoke("amal", NOW, DUES, note("rawa", "revoke"))
    assert not await staff.invite(other, note("rawa", "invite"))


async def test_a_one_time_code_works_once(shelf):
    """A step that was used, and every earlier one, is refused afterwards."""
    staff = await joined(shelf)
    assert await staff.use_step("amal", 100)
    assert not await staff.use_step("amal", 100)
    assert not await staff.use_step("amal", 99)
    assert await staff.use_step("amal", 101)
    assert not await staff.use_step("nobody", 5)


async def test_who_is_signed_in_is_known_until_time_or_idleness_ends_it(shelf):
    """A cookie means somebody while it lives; activity moves only the idle limit."""
    staff = await joined(shelf)
    assert await staff.open_session(session(), note("amal", "sign_in"))
    found, who = await staff.session(session().hash, NOW + 99)
    assert (found, who.handle) == (session(), "amal")
    assert await staff.session(session().hash, NOW + 100) is None
    await staff.touch_session(session().hash, NOW + 5000)
    assert await staff.session(session().hash, NOW + 999) is not None
    assert await staff.session(session().hash, NOW + 1000) is None
    assert await staff.session(b"guessed", NOW) is None


async def test_signing_out_ends_one_session_or_all_but_one(shelf):
    """One browser signs out alone; a change of keys keeps only the browser that made it."""
    staff = await joined(shelf)
    for mark in (b"1", b"2", b"3"):
        await staff.open_session(session(mark=mark), note("amal", "sign_in"))
    assert await staff.end_session(session(mark=b"1").hash)
    assert not await staff.end_session(session(mark=b"1").hash)
    assert await staff.end_sessions("amal", session(mark=b"2").hash) == 1
    assert await staff.session(session(mark=b"2").hash, NOW) is not None


async def test_new_keys_replace_the_old_ones_whole(shelf):
    """After a change of keys no old slot and no other session is left; a late change is refused."""
    staff = await joined(shelf)
    for mark in (b"1", b"2"):
        await staff.open_session(session(mark=mark), note("amal", "sign_in"))
    keys = Keys("age1pq1new", "11" * 32, b"salt2", b"auth2", b"recovery2", (slot(wrapped=b"new"),))
    keep = session(mark=b"1").hash
    before = account().recipient
    assert await staff.replace_keys("amal", before, keys, note("amal", "rekey"), keep)
    assert not await staff.replace_keys("amal", before, keys, note("amal", "rekey"), keep)
    assert await staff.slots("amal") == (slot(wrapped=b"new"),)
    assert (await staff.account("amal")).recipient == "age1pq1new"
    assert await staff.session(session(mark=b"1").hash, NOW) is not None
    assert await staff.session(session(mark=b"2").hash, NOW) is None


async def test_slots_are_added_replaced_and_dropped(shelf):
    """Each way to the keys stands once."""
    staff = await joined(shelf)
    assert await staff.put_slot(slot("amal", "passkey", "aa"))
    assert await staff.put_slot(slot("amal", "passkey", "aa", b"newer"))
    assert len(await staff.slots("amal")) == 3
    assert await staff.drop_slot("amal", "passkey", "aa")
    assert not await staff.drop_slot("amal", "passkey", "aa")
    assert not await staff.put_slot(slot("nobody"))


async def test_a_passkey_goes_with_its_slot(shelf):
    """A credential belongs to one account; dropping it drops the way to the keys it opened."""
    staff = await joined(shelf)
    key = Passkey(b"\xaa", "amal", b"public", 1, "phone")
    assert await staff.add_passkey(key, note("amal", "passkey"))
    assert not await staff.add_passkey(replace(key, label="again"), note("amal", "passkey"))
    assert not await staff.add_passkey(Passkey(b"\xbb", "nobody", b"", 0, ""), note())
    await staff.put_slot(slot("amal", "passkey", "aa"))
    await staff.use_passkey(b"\xaa", 7)
    assert (await staff.passkey(b"\xaa")).sign_count == 7
    assert await staff.passkeys("amal") == (replace(key, sign_count=7),)
    assert not await staff.drop_passkey("bahar", b"\xaa", note())
    assert await staff.drop_passkey("amal", b"\xaa", note("amal", "drop_passkey"))
    assert [each.kind for each in await staff.slots("amal")] == ["passphrase", "recovery"]


async def test_a_revoked_account_keeps_nothing_and_its_cases_go_back(shelf):
    """Sessions, keys, browsers and notices end with the account; no case stays with it."""
    staff = await joined(shelf)
    await joined(shelf, "bahar")
    await staff.open_session(session(), note("amal", "sign_in"))
    await staff.add_passkey(Passkey(b"\xaa", "amal", b"public", 1, ""), note("amal", "passkey"))
    await staff.know_device(b"device", "amal")
    await staff.add_push("push endpoint", "amal")
    for count, actor in ((1, "amal"), (2, "bahar"), (3, "amal")):
        await shelf.put(case_of(count, urgency=1))
        await shelf.store.claim(claim(actor, case=number(count)))
    rows = await staff.revoke("amal", NOW, DUES, note("rawa", "revoke"))
    assert {row.case for row in rows} == {number(1), number(3)}
    assert {row.state for row in rows} == {"returned"}
    assert len(await shelf.store.take_due(DUES[1], NOW + 999)) == 2
    assert await staff.session(session().hash, NOW) is None
    assert (await staff.slots("amal"), await staff.passkeys("amal")) == ((), ())
    assert await staff.device_of(b"device") is None
    assert await staff.pushes(["amal"]) == ()
    ended = await staff.account("amal")
    assert (ended.revoked, ended.auth, ended.totp) == (HOUR, b"", b"")
    assert await staff.revoke("amal", NOW, DUES, note("rawa", "revoke")) is None
    assert not await staff.open_session(session(mark=b"2"), note("amal", "sign_in"))
    assert not await staff.add_push("push endpoint", "amal")
    assert (await shelf.row(number(2))).owner == "bahar"
    assert first_broken(await shelf.store.audit()) is None


async def test_a_browser_and_its_notices_belong_to_whom_used_them_last(shelf):
    """A known browser is somebody's; waking it is a choice that can be taken back."""
    staff = await joined(shelf)
    await joined(shelf, "bahar")
    await staff.know_device(b"device", "amal")
    await staff.know_device(b"device", "bahar")
    await staff.know_device(b"device", "nobody")
    assert await staff.device_of(b"device") == "bahar"
    assert await staff.add_push("one", "amal")
    assert await staff.add_push("two", "bahar")
    assert await staff.pushes(["amal", "bahar"]) == ("one", "two")
    assert await staff.drop_push("one")
    assert not await staff.drop_push("one")
    assert await staff.pushes(["amal"]) == ()


async def test_what_is_over_is_swept(shelf):
    """Sessions that ended and invitations a day past go; the others stay."""
    staff = await joined(shelf)
    await staff.open_session(session(), note("amal", "sign_in"))
    await staff.open_session(session(mark=b"2", idle_until=LATER, expires=LATER), note())
    await staff.invite(invitation("bahar", expires=NOW + 5), note("rawa", "invite"))
    assert await staff.sweep(NOW) == 0
    assert await staff.sweep(NOW + 100) == 1
    assert await staff.sweep(NOW + 86_405) == 1
    assert await staff.invitations() == ()
    assert await staff.session(session(mark=b"2").hash, NOW) is not None


async def test_the_language_of_the_console_is_a_choice(shelf):
    """It can be changed at any time, by who has an account."""
    staff = await joined(shelf)
    assert await staff.set_language("amal", "kmr")
    assert (await staff.account("amal")).language == "kmr"
    assert not await staff.set_language("nobody", "kmr")


async def test_every_act_on_staff_is_on_record(shelf):
    """Inviting, joining, signing in, new keys and revoking stand in the chain of acts."""
    staff = await joined(shelf)
    await staff.open_session(session(), note("amal", "sign_in"))
    await staff.revoke("amal", NOW, DUES, note("rawa", "revoke"))
    acts = [entry.note.act for entry in await shelf.store.audit()]
    assert acts == ["invite", "join", "sign_in", "revoke"]


async def test_secrets_of_a_revoked_account_are_gone_from_the_files(tmp_path):
    """Not a byte of wrapped keys or of what signs in is left after a checkpoint."""
    database = await Database.open(tmp_path / "cases.sqlite")
    staff = SqliteStaff(database)
    await staff.invite(invitation(), note("rawa", "invite"))
    marks = (b"canary-wrapped-1c", b"canary-totp-1c")
    await staff.join(
        invitation().token_hash, account(totp=marks[1]), [slot(wrapped=marks[0])], NOW, note()
    )
    await staff.revoke("amal", NOW, DUES, note("rawa", "revoke"))
    await database.checkpoint()
    left = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    await database.close()
    assert not any(mark in left for mark in marks)
