"""Sanad: anonymous guidance and sealed reporting from the messenger already in the hand."""
