"""Settings, read once from the environment, `sanad.toml` and credential files."""

import os
import re
from pathlib import Path
from typing import Any, Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SecretsSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from bot.errors import ConfigurationError

PLACEHOLDER: Final = re.compile(
    r"change.?me|your.?(token|sid|secret)|<.*>|xxxx|placeholder|todo|example", re.IGNORECASE
)
TELEGRAM_TOKEN: Final = re.compile(r"^\d{5,}:[A-Za-z0-9_-]{20,}$")
TELEGRAM_SECRET: Final = re.compile(r"^[A-Za-z0-9_-]{16,256}$")
CREDENTIAL_FOLDERS: Final = ("CREDENTIALS_DIRECTORY",)
OWN_CREDENTIALS: Final = Path("credentials")
"""What `sanad setup` writes: a file for each secret setting, named like it without the prefix."""


def _credential_folders() -> list[Path]:
    """Systemd's and Docker's folders of secrets, when they exist."""
    named = [Path(os.environ[name]) for name in CREDENTIAL_FOLDERS if os.environ.get(name)]
    return [folder for folder in (*named, Path("/run/secrets")) if folder.is_dir()]


class Settings(BaseSettings):
    """Every setting, with the prefix SANAD_ in the environment (see the table in README.md)."""

    model_config = SettingsConfigDict(
        env_prefix="SANAD_", toml_file="sanad.toml", extra="forbid", frozen=True
    )

    data_dir: Path = Path("data")
    runtime_dir: Path | None = None
    secrets_dir: Path = Path("secrets")
    database_url: str = ""
    host: str = "127.0.0.1"
    port: int = 8080
    public_url: str = ""
    telegram_token: SecretStr | None = None
    telegram_mode: Literal["polling", "webhook"] = "polling"
    telegram_webhook_secret: SecretStr | None = None
    telegram_api_base: str = "https://api.telegram.org"
    telegram_staff_chat: SecretStr | None = None
    twilio_account_sid: SecretStr | None = None
    twilio_auth_token: SecretStr | None = None
    twilio_sender: SecretStr | None = None
    twilio_api_base: str = "https://api.twilio.com"
    organisation_file: Path | None = None
    smtp_url: SecretStr | None = None
    smtp_from: str = ""
    console_url: str = ""
    primero_url: str = ""
    metrics_port: int = 0
    backup_recipient: str = ""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - no .env files here
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, then the environment, then credential files, then sanad.toml."""
        toml = TomlConfigSettingsSource(settings_cls)
        sources = [init_settings, env_settings, file_secret_settings]
        # Under systemd the same files come through CREDENTIALS_DIRECTORY; the folder is root's.
        if not os.environ.get(CREDENTIAL_FOLDERS[0]) and OWN_CREDENTIALS.is_dir():
            own = SecretsSettingsSource(settings_cls, secrets_dir=OWN_CREDENTIALS, env_prefix="")
            sources.append(own)
        return *sources, toml

    @field_validator("*", mode="before")
    @classmethod
    def _refuse_placeholders(cls, value: Any) -> Any:
        if isinstance(value, str) and PLACEHOLDER.search(value):
            raise ValueError("still holds a placeholder: put the real value in, or remove the line")
        return value

    @field_validator("database_url")
    @classmethod
    def _only_sqlite(cls, value: str) -> str:
        if value and not value.startswith("sqlite:///"):
            raise ValueError("only sqlite:///PATH is supported; leave it out for DATA_DIR")
        return value

    @field_validator("telegram_token")
    @classmethod
    def _telegram_token(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not TELEGRAM_TOKEN.match(value.get_secret_value()):
            raise ValueError("is not a bot token (digits, a colon, 35 signs): ask @BotFather")
        return value

    @field_validator("telegram_webhook_secret")
    @classmethod
    def _telegram_secret(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not TELEGRAM_SECRET.match(value.get_secret_value()):
            raise ValueError("needs 16 to 256 of A-Z a-z 0-9 _ - (openssl rand -hex 32)")
        return value

    @field_validator("twilio_sender")
    @classmethod
    def _twilio_sender(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not value.get_secret_value().startswith("whatsapp:"):
            raise ValueError("must begin with whatsapp: (whatsapp:+…, the sender of your account)")
        return value

    @field_validator("public_url")
    @classmethod
    def _public_url(cls, value: str) -> str:
        if value and not value.startswith(("https://", "http://127.0.0.1", "http://localhost")):
            raise ValueError("must begin with https:// (providers call it over the internet)")
        return value.rstrip("/")

    @field_validator("console_url", "primero_url")
    @classmethod
    def _browser_url(cls, value: str) -> str:
        parts = urlsplit(value)
        local = parts.scheme == "http" and parts.hostname == "localhost"
        if value and not (local or (parts.scheme == "https" and parts.hostname)):
            raise ValueError("must begin with https:// (http://localhost:PORT on this machine)")
        return value.rstrip("/")

    @field_validator("console_url")
    @classmethod
    def _own_host(cls, value: str) -> str:
        if value and (urlsplit(value).path or "?" in value or "@" in value):
            raise ValueError("is a host only, as in https://desk.example.org: /console is added")
        return value.lower()

    @field_validator("metrics_port")
    @classmethod
    def _metrics_port(cls, value: int) -> int:
        if not 0 <= value <= 65535:
            raise ValueError("is no port (1 to 65535, or 0 for none)")
        return value

    @field_validator("backup_recipient")
    @classmethod
    def _backup_recipient(cls, value: str) -> str:
        if value and not value.startswith("age1pq1"):
            raise ValueError("must be a public key, age1pq1… (`sanad roster key` makes one)")
        return value

    @model_validator(mode="after")
    def _together(self) -> Self:
        if self.telegram_token and self.telegram_mode == "webhook":
            if not self.public_url:
                raise ValueError("PUBLIC_URL is needed when TELEGRAM_MODE is webhook")
            if not self.telegram_webhook_secret:
                raise ValueError("TELEGRAM_WEBHOOK_SECRET is needed when TELEGRAM_MODE is webhook")
        if self.smtp_url is not None and "@" not in self.smtp_from:
            raise ValueError("SMTP_FROM is needed with SMTP_URL: the address staff mail comes from")
        twilio = {
            "TWILIO_ACCOUNT_SID": self.twilio_account_sid,
            "TWILIO_AUTH_TOKEN": self.twilio_auth_token,
            "TWILIO_SENDER": self.twilio_sender,
        }
        missing = [name for name, value in twilio.items() if value is None]
        if missing and len(missing) < len(twilio):
            raise ValueError(f"WhatsApp needs all three: {', '.join(missing)} is missing")
        if not missing and not self.public_url:
            raise ValueError("PUBLIC_URL is needed for WhatsApp: Twilio signs the address it calls")
        return self

    @property
    def database_path(self) -> Path:
        """The SQLite file."""
        if self.database_url:
            return Path(self.database_url.removeprefix("sqlite:///"))
        return self.data_dir / "sanad.sqlite"

    @property
    def whatsapp_on(self) -> bool:
        """Whether the Twilio settings are there."""
        return self.twilio_account_sid is not None

    def runtime_folder(self) -> Path:
        """Where epoch keys live: memory-backed, unless the operator says otherwise."""
        if self.runtime_dir is not None:
            return self.runtime_dir
        for name in ("RUNTIME_DIRECTORY", "XDG_RUNTIME_DIR"):
            if os.environ.get(name):
                return Path(os.environ[name]) / ("sanad" if name.startswith("XDG") else "")
        if Path("/dev/shm").is_dir():  # noqa: S108 - memory-backed is what is wanted here
            return Path("/dev/shm") / f"sanad-{os.getuid()}"  # noqa: S108 - made 0700 and checked
        raise ConfigurationError(
            "SANAD_RUNTIME_DIR is not set and this machine has no /dev/shm: "
            "name a folder on a memory-backed file system (tmpfs)"
        )


def load_settings(**overrides: Any) -> Settings:
    """All settings, checked; ConfigurationError names the setting and the remedy."""
    try:
        return Settings(_secrets_dir=_credential_folders() or None, **overrides)
    except ValidationError as error:
        raise ConfigurationError(_sentence(error)) from None
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"sanad.toml cannot be read: {error}") from None


def _sentence(error: ValidationError) -> str:
    lines = []
    for fault in error.errors(include_input=False, include_url=False, include_context=False):
        name = ".".join(str(part) for part in fault["loc"])
        message = fault["msg"].removeprefix("Value error, ")
        if fault["type"] == "extra_forbidden":
            message = "is not a setting of Sanad; see the table in README.md"
        lines.append(f"SANAD_{name.upper()}: {message}" if name else f"SANAD_{message}")
    return "\n".join(lines)
