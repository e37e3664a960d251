"""What `sanad channel push` sends to Twilio: every screen of the flows in every language."""

from bot.app.content import make_presenter, read_content
from bot.app.organisation import load_organisation
from bot.app.preview_sheet import every_screen
from bot.app.settings import load_settings
from bot.cli.channel import PushPlan
from bot.domain.language import TAGS
from bot.errors import ConfigurationError
from bot.i18n import phrases


def push_plan() -> PushPlan:
    """Read settings and flows; ConfigurationError when the Twilio settings are missing."""
    settings = load_settings()
    if settings.twilio_account_sid is None or settings.twilio_auth_token is None:
        raise ConfigurationError(
            "SANAD_TWILIO_ACCOUNT_SID and SANAD_TWILIO_AUTH_TOKEN are needed to make lists"
        )
    content = read_content(sample=False)
    presenter = make_presenter(content, load_organisation(settings.organisation_file))
    return PushPlan(
        account_sid=settings.twilio_account_sid.get_secret_value(),
        auth_token=settings.twilio_auth_token.get_secret_value(),
        api_base=settings.twilio_api_base,
        screens=[message for _, _, shown in every_screen(content, presenter) for message in shown],
        openers={tag: phrases.say(content.catalogue, tag, phrases.CHOOSE) for tag in TAGS},
        content=settings.data_dir / "content.json",
    )
