"""Cryptography as functions of bytes; the only package that imports `cryptography`."""
