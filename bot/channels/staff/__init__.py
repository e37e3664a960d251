"""How staff are called: e-mail and the browser's own notices. Never what, only that."""

from bot.channels.staff.mail import MailAlarm, MailServer, Notice, Post
from bot.channels.staff.push import PushAlarm

__all__ = ["MailAlarm", "MailServer", "Notice", "Post", "PushAlarm"]
