"""Browsers by the names that people know them by."""

import pytest

from auth_flow import user_agents

CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36"


@pytest.mark.parametrize(
    ("said", "name"),
    [
        (CHROME, "Chrome, Linux"),
        (CHROME + " Edg/131.0.0.0", "Edge, Linux"),
        (CHROME + " OPR/115.0.0.0", "Opera, Linux"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:132.0) Gecko/20100101 Firefox/132.0", "Firefox, Windows"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Version/18.1 Safari/604.1",
            "Safari, iPhone",
        ),
        ("Mozilla/5.0 (Linux; Android 14) SamsungBrowser/26.0 Chrome/122.0.0.0", "Samsung Internet, Android"),
        ("Mozilla/5.0 (Windows NT 6.1; Trident/7.0; rv:11.0) like Gecko", "Internet Explorer, Windows"),
        ("curl/8.9", ""),
        ("", ""),
    ],
)
def test_a_browser_has_a_name(said: str, name: str) -> None:
    assert user_agents.in_words(said) == name
