"""WhatsApp over Twilio; with bot.channels.telegram the only package that knows its provider."""

from bot.channels.whatsapp.channel import WhatsAppChannel
from bot.channels.whatsapp.pace import Pace
from bot.channels.whatsapp.push import Pushed, PushError, push

__all__ = ["Pace", "PushError", "Pushed", "WhatsAppChannel", "push"]
