"""Looks at an installation and says, line by line, what is well and what to do about the rest."""

from bot.app.doctor.examine import examine
from bot.app.doctor.finding import Finding, fail, ok, warn

__all__ = ["Finding", "examine", "fail", "ok", "warn"]
