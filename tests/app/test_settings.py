"""What stops the start: each fault by the setting's name and the remedy, never by its value."""

import logging
import sys

import pytest
import structlog
from typer.testing import CliRunner

from bot.app.content import DEMO
from bot.app.organisation import load_organisation
from bot.app.secrets import PEPPER_BYTES, SALT_BYTES, SEED_BYTES, host_secrets
from bot.app.settings import load_settings
from bot.app.simulate import SeededEntropy
from bot.cli import main as program
from bot.errors import ConfigurationError

TOKEN = "1000001:invented-token-for-tests_012345678"
SECRET = "invented-webhook-secret"
HOST = "https://help.invented.test"
TELEGRAM_WEBHOOK = {
    "TELEGRAM_TOKEN": TOKEN,
    "TELEGRAM_MODE": "webhook",
    "TELEGRAM_WEBHOOK_SECRET": SECRET,
    "PUBLIC_URL": HOST,
}
WHATSAPP = {
    "TWILIO_ACCOUNT_SID": "AC" + "1" * 32,
    "TWILIO_AUTH_TOKEN": "f00d" * 8,
    "TWILIO_SENDER": "whatsapp:+10000000000",
    "PUBLIC_URL": HOST,
}


def without(settings, *names):
    return {name: value for name, value in settings.items() if name not in names}


@pytest.fixture
def alone(tmp_path, monkeypatch):
    """An empty folder to stand in, and no setting in the environment."""
    import os

    for name in list(os.environ):
        if name.startswith("SANAD_") or name in {"CREDENTIALS_DIRECTORY", "RUNTIME_DIRECTORY"}:
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def environment(alone, monkeypatch):
    def put(settings):
        for name, value in settings.items():
            monkeypatch.setenv(f"SANAD_{name}", value)

    return put


@pytest.fixture
def logs_as_before():
    """The program sets up the whole process's logging; afterwards it is pytest's again."""
    root = logging.getLogger()
    loggers = [logging.getLogger(name) for name in list(logging.root.manager.loggerDict)]
    kept = [(one, one.level, one.handlers[:], one.propagate) for one in (root, *loggers)]
    hook = sys.excepthook
    yield
    for one, level, handlers, propagate in kept:
        one.level, one.handlers[:], one.propagate = level, handlers, propagate
    sys.excepthook = hook
    structlog.reset_defaults()


# ------------------------------------------------------------------ refusals
REFUSED = {
    "a console without encryption": (
        {"CONSOLE_URL": "http://desk.invented.test"},
        "CONSOLE_URL",
        "https://",
    ),
    "a console below a path": (
        {"CONSOLE_URL": "https://desk.invented.test/console"},
        "CONSOLE_URL",
        "a host only",
    ),
    "a Primero without encryption": (
        {"PRIMERO_URL": "http://primero.invented.test"},
        "PRIMERO_URL",
        "https://",
    ),
    "a placeholder token": ({"TELEGRAM_TOKEN": "change-me"}, "TELEGRAM_TOKEN", "placeholder"),
    "a bracketed token": ({"TELEGRAM_TOKEN": "<token>"}, "TELEGRAM_TOKEN", "placeholder"),
    "a placeholder sid": (
        {**WHATSAPP, "TWILIO_ACCOUNT_SID": "ACxxxxxxxxxxxx"},
        "TWILIO_ACCOUNT_SID",
        "placeholder",
    ),
    "a placeholder auth token": (
        {**WHATSAPP, "TWILIO_AUTH_TOKEN": "your_token"},
        "TWILIO_AUTH_TOKEN",
        "placeholder",
    ),
    "a placeholder address": ({"PUBLIC_URL": "https://example.org"}, "PUBLIC_URL", "placeholder"),
    "something that is no token": ({"TELEGRAM_TOKEN": "hunter2"}, "TELEGRAM_TOKEN", "@BotFather"),
    "a short webhook secret": (
        {**TELEGRAM_WEBHOOK, "TELEGRAM_WEBHOOK_SECRET": "short"},
        "TELEGRAM_WEBHOOK_SECRET",
        "openssl rand",
    ),
    "a mode that is none": ({"TELEGRAM_MODE": "pull"}, "TELEGRAM_MODE", "'polling' or 'webhook'"),
    "a sender without its kind": (
        {**WHATSAPP, "TWILIO_SENDER": "+10000000000"},
        "TWILIO_SENDER",
        "whatsapp:",
    ),
    "a public address without TLS": ({"PUBLIC_URL": "http://help.test"}, "PUBLIC_URL", "https://"),
    "a database of another kind": (
        {"DATABASE_URL": "postgresql://db/sanad"},
        "DATABASE_URL",
        "sqlite:///",
    ),
    "a port that is no number": ({"PORT": "eighty"}, "PORT", "integer"),
    "a webhook without an address": (
        without(TELEGRAM_WEBHOOK, "PUBLIC_URL"),
        "PUBLIC_URL",
        "TELEGRAM_MODE is webhook",
    ),
    "a webhook without a secret": (
        without(TELEGRAM_WEBHOOK, "TELEGRAM_WEBHOOK_SECRET"),
        "TELEGRAM_WEBHOOK_SECRET",
        "TELEGRAM_MODE is webhook",
    ),
    "WhatsApp without an address": (without(WHATSAPP, "PUBLIC_URL"), "PUBLIC_URL", "Twilio"),
    "WhatsApp without its account": (
        without(WHATSAPP, "TWILIO_ACCOUNT_SID"),
        "TWILIO_ACCOUNT_SID",
        "all three",
    ),
    "WhatsApp without its token": (
        without(WHATSAPP, "TWILIO_AUTH_TOKEN"),
        "TWILIO_AUTH_TOKEN",
        "all three",
    ),
    "WhatsApp without a sender": (
        without(WHATSAPP, "TWILIO_SENDER"),
        "TWILIO_SENDER",
        "all three",
    ),
}


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case.replace(" ", "-"))
def test_a_wrong_setting_is_named_with_its_remedy_and_without_its_value(environment, case):
    """The sentence says which setting and what to do, and shows nothing that was put in."""
    settings, name, remedy = REFUSED[case]
    environment(settings)
    with pytest.raises(ConfigurationError) as caught:
        load_settings()
    told = str(caught.value)
    assert f"{name}" in told
    assert remedy in told
    shown = {value for key, value in settings.items() if key not in {"PUBLIC_URL", "TELEGRAM_MODE"}}
    assert not [value for value in shown if value in told]
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    "settings", [{}, {"TELEGRAM_TOKEN": TOKEN}, TELEGRAM_WEBHOOK, WHATSAPP], ids=str
)
def test_settings_that_fit_together_are_taken(environment, settings):
    """Nothing, Telegram by polling, Telegram by webhook, and WhatsApp each stand alone."""
    environment(settings)
    loaded = load_settings()
    assert loaded.whatsapp_on is ("TWILIO_SENDER" in settings)
    assert (loaded.telegram_token is not None) is ("TELEGRAM_TOKEN" in settings)


def test_a_word_in_sanad_toml_that_is_no_setting_is_refused(alone):
    """A slip of the pen in the file does not silently leave a channel off."""
    (alone / "sanad.toml").write_text('telegram_tokn = "1"\n')
    with pytest.raises(ConfigurationError, match="SANAD_TELEGRAM_TOKN: is not a setting"):
        load_settings()


def test_a_broken_sanad_toml_is_named(alone):
    """A file that is no TOML stops the start with the file's name."""
    (alone / "sanad.toml").write_text("telegram_token = \n")
    with pytest.raises(ConfigurationError, match=r"sanad\.toml cannot be read"):
        load_settings()


def test_environment_goes_before_files_and_files_before_toml(alone, environment, monkeypatch):
    """Credential files serve systemd and Docker; the environment overrides, toml comes last."""
    (alone / "credentials").mkdir()
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(alone / "credentials"))
    (alone / "sanad.toml").write_text(f'telegram_token = "{TOKEN}-toml"\nport = 1111\n')
    assert load_settings().telegram_token.get_secret_value() == f"{TOKEN}-toml"
    (alone / "credentials" / "sanad_telegram_token").write_text(f"{TOKEN}-file")
    assert load_settings().telegram_token.get_secret_value() == f"{TOKEN}-file"
    environment({"TELEGRAM_TOKEN": f"{TOKEN}-environment"})
    assert load_settings().telegram_token.get_secret_value() == f"{TOKEN}-environment"
    assert load_settings().port == 1111


def test_secrets_do_not_show_when_settings_are_printed(environment):
    """A settings object in a log line or a traceback tells no token, secret or number."""
    environment({**TELEGRAM_WEBHOOK, **WHATSAPP, "TELEGRAM_STAFF_CHAT": "-1000000000077"})
    settings = load_settings()
    printed = f"{settings!r} {settings} {settings.model_dump()} {settings.model_dump_json()}"
    secret = {TOKEN, SECRET, "-1000000000077", *without(WHATSAPP, "PUBLIC_URL").values()}
    assert not [value for value in secret if value in printed]


# ------------------------------------------------------------------ serve itself
def own_organisation(folder, **changes):
    text = (DEMO / "organisation.toml").read_text(encoding="utf-8")
    for before, after in changes.items():
        text = text.replace(before, after)
    path = folder / "organisation.toml"
    path.write_text(text, encoding="utf-8")
    return path


def start():
    return CliRunner().invoke(program.app, ["serve"])


@pytest.mark.usefixtures("logs_as_before")
@pytest.mark.parametrize(
    ("settings", "name", "remedy"),
    [
        (
            {"TELEGRAM_TOKEN": TOKEN},
            "SANAD_ORGANISATION_FILE",
            "copy deploy/demo/organisation.toml",
        ),
        (
            {"TELEGRAM_TOKEN": TOKEN, "ORGANISATION_FILE": str(DEMO / "organisation.toml")},
            "SANAD_ORGANISATION_FILE",
            "write your own",
        ),
        (
            {"TELEGRAM_TOKEN": TOKEN, "ORGANISATION_FILE": "nowhere.toml"},
            "SANAD_ORGANISATION_FILE",
            "cannot be read",
        ),
        ({"ORGANISATION_FILE": "organisation.toml"}, "SANAD_TELEGRAM_TOKEN", "nobody could reach"),
        (WHATSAPP | {"TWILIO_SENDER": "change me"}, "SANAD_TWILIO_SENDER", "placeholder"),
    ],
    ids=["no-organisation", "the-sample", "no-such-file", "no-channel", "placeholder"],
)
def test_serve_does_not_start_and_says_why(environment, alone, settings, name, remedy):
    """Exit code 2 and one sentence on stderr; no traceback, no database, no keys."""
    own_organisation(alone, **{"sample = true": "sample = false"})
    environment(settings)
    result = start()
    assert result.exit_code == 2, result.output
    assert name in result.stderr
    assert remedy in result.stderr
    assert "Traceback" not in result.output
    assert {path.name for path in alone.iterdir()} == {"organisation.toml"}


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("retention_days", "keep_days", "retention_days must be a number"),
        ("[limits]", "[limit]", r"\[limits\] needs a text for ar, ckb, kmr, en"),
        ("[answers.t0]", "[answers.t9]", r"\[t0\] needs a text"),
        ("[name]", "[name", "organisation.toml"),
    ],
)
def test_an_organisation_file_with_a_gap_is_refused(alone, before, after, told):
    """Whoever runs it must have said all in four languages before the first person consents."""
    path = own_organisation(alone, **{before: after})
    with pytest.raises(ConfigurationError, match=told):
        load_organisation(path)


# ------------------------------------------------------------------ the host's secrets
def made(folder, *, fresh=True, seed=b"one"):
    return host_secrets(folder, SeededEntropy(seed), fresh=fresh)


def test_the_first_start_makes_secrets_only_the_owner_reads(tmp_path):
    """Pepper, salt and signing keys of the right size, mode 0600 in a folder of mode 0700."""
    folder = tmp_path / "secrets"
    secrets = made(folder)
    assert (len(secrets.pepper), len(secrets.salt)) == (PEPPER_BYTES, SALT_BYTES)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (len(secrets.audit), len(secrets.push)) == (SEED_BYTES, SEED_BYTES)
    assert {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()} == dict.fromkeys(
        ("pepper", "salt", "audit.key", "push.key"), 0o600
    )


def test_later_starts_read_the_same_secrets(tmp_path):
    """Codes given out yesterday still open tomorrow, database or not."""
    first = made(tmp_path / "secrets")
    assert made(tmp_path / "secrets", seed=b"two") == first
    assert made(tmp_path / "secrets", fresh=False, seed=b"two") == first


def test_secrets_do_not_show_when_printed(tmp_path):
    """The pepper in a traceback would make every code guessable."""
    secrets = made(tmp_path / "secrets")
    printed = f"{secrets!r} {secrets}"
    for secret in (secrets.pepper, secrets.salt):
        assert secret.hex() not in printed
        assert repr(secret)[2:-1] not in printed


@pytest.mark.parametrize("mode", [0o755, 0o750, 0o701, 0o770])
def test_a_secrets_folder_that_is_open_to_others_is_refused(tmp_path, mode):
    """Whoever could read the pepper may have: the start stops and says chmod 700."""
    folder = tmp_path / "secrets"
    made(folder)
    folder.chmod(mode)
    with pytest.raises(ConfigurationError, match=r"SANAD_SECRETS_DIR is open.*chmod 700"):
        made(folder)


@pytest.mark.parametrize("name", ["pepper", "salt"])
def test_a_missing_secret_beside_a_database_is_never_made_anew(tmp_path, name):
    """A new pepper would kill every code given out: it must come back from the escrow."""
    folder = tmp_path / "secrets"
    made(folder)
    (folder / name).unlink()
    with pytest.raises(ConfigurationError, match=rf"SANAD_SECRETS_DIR: `{name}`.*restore"):
        made(folder, fresh=False)
    assert not (folder / name).exists()


@pytest.mark.parametrize("name", ["pepper", "salt"])
def test_a_secret_of_the_wrong_size_is_refused(tmp_path, name):
    """A truncated restore is noticed at the start and not by the people with codes."""
    folder = tmp_path / "secrets"
    made(folder)
    (folder / name).write_bytes(b"short")
    with pytest.raises(ConfigurationError, match=f"`{name}` has not .* bytes: restore"):
        made(folder, fresh=False)
