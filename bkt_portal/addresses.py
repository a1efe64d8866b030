"""What stands behind an address of the portal."""

import inspect
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

from django.urls import Resolver404, resolve


def shows_a_page(address: str) -> bool:
    """Whether an address of ours answers GET: those that only take a form do not, and unknown ones neither."""
    try:
        view = resolve(urlsplit(address).path).func
    except Resolver404:
        return False
    return all("GET" in methods for methods in _method_lists(view))


def _method_lists(view: Callable[..., Any] | None) -> Iterator[list[str]]:
    """What each `require_http_methods` around a view lets through; it keeps its list nowhere but in its closure."""
    while view is not None:
        if inspect.isfunction(view):
            methods = inspect.getclosurevars(view).nonlocals.get("request_method_list")
            if methods is not None:
                yield methods
        view = getattr(view, "__wrapped__", None)
