"""What lies beyond the machine: the providers, the clock they tell, and our own front door."""

from collections.abc import AsyncIterator
from typing import Final

from bot.app.doctor.finding import Finding, fail, ok, warn
from bot.app.providers import telegram, twilio
from bot.app.settings import Settings
from bot.channels.inquiry import Answer, ask

WRONG_SECONDS: Final = 7_200
OFF_SECONDS: Final = 30


async def reachable(settings: Settings, now: int) -> AsyncIterator[Finding]:
    """Ask each provider, compare clocks, and knock at our own door."""
    answers: list[Answer] = []
    if settings.telegram_token is not None:
        answers.append(await telegram(settings, "getMe"))
        yield _known("telegram", answers[-1], "SANAD_TELEGRAM_TOKEN: ask @BotFather for a new one")
        if answers[-1].ok:
            yield await webhook(settings)
    if settings.whatsapp_on:
        answers.append(await twilio(settings))
        yield _known("twilio", answers[-1], "SANAD_TWILIO_ACCOUNT_SID and _AUTH_TOKEN: see console")
    if not answers:
        yield fail("channels", "none is set up: nobody could write", "sanad setup")
    yield clock([answer.clock for answer in answers if answer.clock], now)
    yield await front_door(settings)


async def webhook(settings: Settings) -> Finding:
    """Whether Telegram brings updates the way the settings say."""
    info = (await telegram(settings, "getWebhookInfo")).body.get("result")
    url = str(info.get("url", "")) if isinstance(info, dict) else ""
    wanted = f"{settings.public_url}/hooks/telegram" if settings.telegram_mode == "webhook" else ""
    if url == wanted:
        waiting = info.get("pending_update_count", 0) if isinstance(info, dict) else 0
        return ok("webhook", f"as the settings say ({settings.telegram_mode}), {waiting} waiting")
    return warn(
        "webhook",
        "Telegram sends updates elsewhere than the settings say",
        "start the service: it tells Telegram; if this comes back, another program has the token",
    )


def clock(theirs: list[int], now: int) -> Finding:
    """Keys die and alarms ring by this clock."""
    if not theirs:
        return warn("clock", "nobody to compare it with", "timedatectl set-ntp true")
    off = min((abs(now - told) for told in theirs), default=0)
    if off > WRONG_SECONDS:
        return fail(
            "clock", f"{off} seconds off: keys and alarms go wrong", "timedatectl set-ntp true"
        )
    if off > OFF_SECONDS:
        return warn("clock", f"{off} seconds off", "timedatectl set-ntp true")
    return ok("clock", "agrees with the providers'")


async def front_door(settings: Settings) -> Finding:
    """Our own /readyz, where the settings say that the service listens."""
    answer = await ask(f"http://{settings.host}:{settings.port}/readyz")
    if answer.status == 0:
        return warn("service", "does not run here", "systemctl start sanad, or sanad serve")
    broken = [name for name, good in answer.body.items() if good is not True]
    if broken:
        return fail("service", f"runs, but not: {', '.join(broken)}", "see the lines above")
    return ok("service", "runs and is ready")


def _known(name: str, answer: Answer, remedy: str) -> Finding:
    if answer.ok:
        return ok(name, "answers and knows us")
    if answer.status in {401, 403, 404}:
        return fail(name, f"does not know us ({answer.status})", remedy)
    return fail(
        name,
        f"does not answer ({answer.status or 'no connection'})",
        "deploy/runbooks/provider-down.md",
    )
