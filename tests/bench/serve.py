"""A ready installation in DATA_DIR for the load bench: organisation, keys, roster, webhook."""

import os
import secrets
from dataclasses import replace
from pathlib import Path

from bot.app import logs
from bot.app.content import DEMO
from bot.app.organisation import load_organisation
from bot.app.roster_file import ADMIN_FILE, ROSTER_FILE
from bot.app.settings import load_settings
from bot.cli.serve import run
from bot.domain.baghdad import WEEK
from bot.domain.language import TAGS
from bot.domain.roster import Member, Roster, Shift
from bot.sealing import keys
from bot.usecases.trust_roster import sign_roster

STAFF = ("bench-one", "bench-two", "bench-supervisor")


def prepare(data: Path) -> None:
    """Two caseworkers and a supervisor whose keys nobody keeps."""
    admin = secrets.token_bytes(32)
    (data / "secrets").mkdir(mode=0o700)
    (data / "secrets" / ADMIN_FILE).write_text(keys.signing_public(admin).hex())
    members = tuple(
        Member(
            handle=handle,
            role="supervisor" if handle.endswith("supervisor") else "caseworker",
            recipient=str(keys.recipient_of(secrets.token_bytes(32))),
            verify=keys.signing_public(secrets.token_bytes(32)).hex(),
            languages=TAGS,
            gender="female",
            child_trained=True,
        )
        for handle in STAFF
    )
    shifts = tuple(Shift(handle=handle, days=WEEK, start="00:00", end="00:00") for handle in STAFF)
    roster = Roster(version=1, members=members, shifts=shifts)
    (data / ROSTER_FILE).write_bytes(sign_roster(roster, admin))


def main() -> None:
    data = Path(os.environ["DATA_DIR"])
    port = int(os.environ["WEBHOOK_PORT"])
    polling = os.environ.get("MODE") == "polling"
    if not (data / ROSTER_FILE).exists():
        prepare(data)
    logs.configure()
    settings = load_settings(
        data_dir=data,
        secrets_dir=data / "secrets",
        runtime_dir=data / "keys",
        port=port,
        public_url=f"http://127.0.0.1:{port}",
        telegram_token=os.environ["TELEGRAM_BOT_TOKEN"],
        telegram_api_base=os.environ["TELEGRAM_API_BASE"],
        telegram_mode="polling" if polling else "webhook",
        telegram_webhook_secret=os.environ["WEBHOOK_SECRET"],
    )
    run(settings, replace(load_organisation(DEMO / "organisation.toml"), sample=False))


if __name__ == "__main__":
    main()
