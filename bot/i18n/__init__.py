"""Four languages: catalogues, rendering with direction isolates, extraction and its gates."""
