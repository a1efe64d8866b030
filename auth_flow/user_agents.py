"""A browser by the name that its owner knows it by, from what it says of itself. It may lie: a hint, never a proof."""

BROWSERS = [
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("Trident/", "Internet Explorer"),
]
SYSTEMS = [
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Mac OS X", "Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
]


def in_words(user_agent: str) -> str:
    """Browser and system, such as `Firefox, Windows`; empty when neither is known."""
    return ", ".join(name for name in (_named(user_agent, BROWSERS), _named(user_agent, SYSTEMS)) if name)


def _named(user_agent: str, marks: list[tuple[str, str]]) -> str:
    return next((name for mark, name in marks if mark in user_agent), "")
