"""Where a text stands: the `msgctxt` of every text of a flow, for engine and catalogues."""


def text(node: str) -> str:
    """The `say` or `ask` of a node ("flow.node")."""
    return node


def choice(node: str, value: str) -> str:
    """The label of a choice."""
    return f"{node}.choice.{value}"


def describe(node: str, value: str) -> str:
    """The line below a choice's label."""
    return f"{node}.describe.{value}"


def brief(node: str, value: str) -> str:
    """The label of a choice where a channel has little room."""
    return f"{node}.brief.{value}"


def short(node: str) -> str:
    """The few words that name a question in the review."""
    return f"{node}.short"
