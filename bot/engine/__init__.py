"""The pure conversation engine: flows in, sessions and events in, effects out."""
