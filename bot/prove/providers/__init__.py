"""Telegram and Twilio on loopback: what the program talks to while its promises are checked."""
