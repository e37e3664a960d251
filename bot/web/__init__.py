"""The ASGI surface."""
