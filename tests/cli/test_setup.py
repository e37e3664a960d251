"""`sanad setup`: answers become settings, secrets become files, and asking again keeps them."""

import pytest
from typer.testing import CliRunner

from bot.app.settings import load_settings
from bot.app.setup import write_settings, written
from bot.cli import main
from bot.errors import ConfigurationError

TOKEN = "123456789:AAinventedTokenOfNobodyAtAll-00000000"
SID, AUTH, SENDER = "AC" + "0" * 32, "an-invented-auth-token", "whatsapp:+10000000000"
TELEGRAM_ONLY = [
    "data",
    "secrets",
    "organisation.toml",
    "y",
    TOKEN,
    "polling",
    "n",
    "n",
    "",
    "9464",
]
BOTH = [
    "data", "secrets", "organisation.toml", "y", TOKEN, "webhook", "n", "y", SID, AUTH, SENDER,
    "https://bot.invalid", "https://desk.invalid", "0",
]  # fmt: skip


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("CREDENTIALS_DIRECTORY", "SANAD_DATA_DIR", "SANAD_SECRETS_DIR"):
        monkeypatch.delenv(name, raising=False)
    main._add_rest()
    return tmp_path


def setup(*answers, code=0):
    words = "".join(f"{answer}\n" for answer in answers)
    done = CliRunner().invoke(main.app, ["setup", "--offline"], input=words)
    assert done.exit_code == code, done.output
    return done.output


def test_answers_become_settings_and_secrets_files_of_their_own(folder):
    """What was answered is what the program reads; no secret stands in sanad.toml or on screen."""
    shown = setup(*TELEGRAM_ONLY)
    settings = load_settings()
    assert settings.telegram_token.get_secret_value() == TOKEN
    assert (settings.telegram_mode, settings.metrics_port) == ("polling", 9464)
    assert TOKEN not in (folder / "sanad.toml").read_text()
    assert TOKEN not in shown
    assert (folder / "credentials").stat().st_mode & 0o077 == 0
    assert (folder / "credentials" / "telegram_token").stat().st_mode & 0o077 == 0
    assert "sample = true" in (folder / "organisation.toml").read_text()


def test_asking_again_keeps_every_answer_and_every_line_written_by_hand(folder):
    """Enter, Enter, Enter: the same settings; a setting setup does not ask about stays."""
    setup(*BOTH)
    with (folder / "sanad.toml").open("a") as file:
        file.write("port = 8099\n")
    before = {path.name: path.read_text() for path in (folder / "credentials").iterdir()}
    setup(*[""] * 14)
    assert {path.name: path.read_text() for path in (folder / "credentials").iterdir()} == before
    assert len(before) == 5
    settings = load_settings()
    assert (settings.port, settings.public_url) == (8099, "https://bot.invalid")
    assert settings.console_url == "https://desk.invalid"
    assert settings.twilio_sender.get_secret_value() == SENDER


def test_a_no_takes_the_secrets_away(folder):
    """Somebody who switches a channel off does not leave its token lying about."""
    setup(*BOTH)
    setup("", "", "", "y", "", "polling", "n", "n", "", "")
    assert sorted(path.name for path in (folder / "credentials").iterdir()) == [
        "telegram_token", "telegram_webhook_secret",
    ]  # fmt: skip
    assert load_settings().twilio_auth_token is None


@pytest.mark.parametrize("token", ["hello", "<your token>"])
def test_a_wrong_answer_is_named(token):
    """Whatever cannot be a token, or is a placeholder, is refused with the setting's name."""
    answers = [*TELEGRAM_ONLY[:4], token, *TELEGRAM_ONLY[5:]]
    assert "SANAD_TELEGRAM_TOKEN" in setup(*answers, code=1)


def test_a_secret_never_comes_into_the_file_of_settings(folder):
    """Whoever calls the writer with a secret among the plain settings is refused."""
    with pytest.raises(ConfigurationError, match="telegram_token"):
        write_settings(folder, {"telegram_token": TOKEN}, {})
    assert not (folder / "sanad.toml").exists()


def test_systemd_credentials_are_settings(folder, monkeypatch):
    """`LoadCredential=sanad:FOLDER` names each file sanad_NAME; then the own folder is not read."""
    setup(*TELEGRAM_ONLY)
    given = folder / "given"
    given.mkdir()
    (given / "sanad_telegram_token").write_text(TOKEN.replace("1", "7"))
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(given))
    assert load_settings().telegram_token.get_secret_value() == TOKEN.replace("1", "7")
    (given / "sanad_telegram_token").unlink()
    assert load_settings().telegram_token is None
    assert written(folder)["telegram_mode"] == "polling"
