"""Protocols between the use cases and the outside: channels, stores, runtime."""
