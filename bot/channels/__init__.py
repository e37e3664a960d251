"""Where people write: Telegram, WhatsApp, a preview page."""
