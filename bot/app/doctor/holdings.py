"""What the installation holds: database, secrets, roster, words, translations, backups."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from importlib import resources
from typing import Final

from bot.app.backup import backup_recipient, newest_backup
from bot.app.content import PROJECT
from bot.app.doctor.finding import Finding, fail, ok, warn
from bot.app.organisation import load_organisation
from bot.app.roster_file import ADMIN_FILE, ROSTER_FILE
from bot.app.settings import Settings
from bot.domain.rota import coverage_gaps, next_on_duty, on_duty
from bot.errors import RosterError, SanadError
from bot.i18n.review import AWAITING
from bot.i18n.status import project_status
from bot.usecases.trust_roster import TrustedRoster, check_roster, parse_admins

HOUR: Final = 3_600
BACKUP_HOURS: Final = 26
LARGE_WAL: Final = 64 << 20


def holdings(settings: Settings, now: int) -> Iterator[Finding]:
    """Everything on this machine that belongs to the organisation."""
    yield database(settings)
    yield secrets(settings)
    yield organisation(settings)
    yield from roster(settings, now)
    yield translations()
    yield backup(settings, now)


def database(settings: Settings) -> Finding:
    """Whole, and of this version."""
    path = settings.database_path
    if not path.exists():
        return warn("database", f"{path} is not there", "the service makes it when it starts")
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as opened:
            whole = opened.execute("PRAGMA quick_check(1)").fetchall() == [("ok",)]
            done = {name for (name,) in opened.execute("SELECT name FROM migrations")}
    except sqlite3.Error as error:
        return fail("database", f"cannot be read: {error}", "deploy/runbooks/restore.md")
    if not whole:
        return fail("database", "is damaged", "deploy/runbooks/restore.md")
    known = {entry.name for entry in (resources.files("bot.stores") / "migrations").iterdir()}
    if done - known:
        return fail("database", "was used by a newer version", "deploy/runbooks/upgrade.md")
    wal = path.with_name(path.name + "-wal")
    if wal.exists() and wal.stat().st_size > LARGE_WAL:
        return warn("database", "its write-ahead log is large", "restart the service")
    return ok("database", f"whole, {len(done)} of {len(known)} migrations")


def secrets(settings: Settings) -> Finding:
    """Without these no code opens a mailbox."""
    lost = [name for name in ("pepper", "salt") if not (settings.secrets_dir / name).exists()]
    if lost and settings.database_path.exists():
        return fail("secrets", f"{' and '.join(lost)} missing", "deploy/runbooks/restore.md")
    if lost:
        return ok("secrets", "made when the service first starts")
    return ok("secrets", "pepper and salt are there; is there an escrowed copy?")


def organisation(settings: Settings) -> Finding:
    """The organisation's own words."""
    try:
        found = load_organisation(settings.organisation_file)
    except SanadError as error:
        return fail("organisation", "its file cannot be used", str(error))
    if found.sample:
        return fail("organisation", "is the sample", "write your own, and remove `sample = true`")
    return ok("organisation", f"words in four languages, kept {found.retention_days} days")


def roster(settings: Settings, now: int) -> Iterator[Finding]:
    """Who opens reports, and when somebody is there."""
    try:
        trusted = _trusted(settings)
    except OSError:
        yield fail("roster", "none is signed: reports are refused", "sanad roster init, add, sign")
        return
    except SanadError as error:
        yield fail("roster", "is not trusted", str(error))
        return
    openers = len(trusted.roster.openers())
    yield ok("roster", f"version {trusted.version}, {openers} who can open, signature holds")
    yield _duty(trusted, now)
    if not trusted.roster.break_glass:
        yield warn(
            "break-glass key",
            "none: if every caseworker's key is lost, so is every report",
            "sanad roster init --help; or decide against it in writing",
        )


def translations() -> Finding:
    """Complete, and read by somebody whose language it is."""
    try:
        languages = project_status(PROJECT)
    except SanadError as error:
        return fail("translations", "cannot be read", str(error))
    broken = [language.tag for language in languages if not language.complete]
    if broken:
        return fail(
            "translations", f"{', '.join(broken)} incomplete", "sanad i18n status --findings"
        )
    awaiting = [language.tag for language in languages if language.review == AWAITING]
    if awaiting:
        return warn(
            "translations",
            f"complete; {', '.join(awaiting)} await native review",
            "deploy/runbooks/new-language.md, part 2",
        )
    return ok("translations", "complete and reviewed")


def backup(settings: Settings, now: int) -> Finding:
    """The newest one, and whether anybody could open it."""
    try:
        backup_recipient(settings)
    except SanadError as error:
        return fail("backup", "none can be made", str(error))
    made = newest_backup(settings.data_dir)
    if made is None:
        return warn(
            "backup", "none was ever made", "sanad backup FOLDER, daily (sanad-backup.timer)"
        )
    hours = (now - made.made) // HOUR
    told = f"{hours} hours old, {made.cases} cases, {made.size >> 10} KiB"
    if hours > BACKUP_HOURS:
        return warn("backup", told, "sanad backup FOLDER; is sanad-backup.timer running?")
    return ok("backup", told)


def _trusted(settings: Settings) -> TrustedRoster:
    file = (settings.data_dir / ROSTER_FILE).read_bytes()
    try:
        admin = (settings.secrets_dir / ADMIN_FILE).read_text(encoding="ascii")
    except OSError as error:
        raise RosterError(f"there is no {ADMIN_FILE} in SANAD_SECRETS_DIR") from error
    return check_roster(file, parse_admins(admin))


def _duty(trusted: TrustedRoster, now: int) -> Finding:
    gaps = coverage_gaps(trusted.roster, now)
    present = len(on_duty(trusted.roster, now))
    told = f"{present} on duty now, {len(gaps)} of the next 168 hours not fully covered"
    if next_on_duty(trusted.roster, now) is None:
        return fail(
            "duty", "nobody for a week", "plan shifts: sanad roster add … --shift, then sign"
        )
    return warn("duty", told, "sanad roster show lists them") if gaps else ok("duty", told)
