"""Errors that reach a person; each text names cause and remedy and carries no personal data."""


class SanadError(Exception):
    """Something a person can put right; `str(error)` is the sentence shown to them."""


class ConfigurationError(SanadError):
    """A setting is missing, contradictory or a placeholder; names the setting and the remedy."""


class FlowError(SanadError):
    """A flow file cannot be used; the text starts with file:line:column."""


class StoreError(SanadError):
    """The database could not do what was asked; nothing was changed."""


class SealError(SanadError):
    """A report cannot be sealed (no recipients, a refused roster, a key of the wrong form)."""


class OpenError(SanadError):
    """A sealed file, session or code does not open: wrong key, altered, or not for this purpose."""


class RosterError(SanadError):
    """The roster is unsigned, rolled back, altered or incomplete."""


class CaseError(SanadError):
    """A step the case does not allow now, or one somebody else was quicker to take."""


class AuditError(SanadError):
    """The chain of acts does not hold, or a head of it cannot be trusted."""
