"""One module a page: `routes(desk)` answers its routes."""
