"""Telegram: updates in, replies out. Outside this package only `TelegramChannel` is used."""

from bot.channels.telegram.channel import Face, TelegramChannel

__all__ = ["Face", "TelegramChannel"]
