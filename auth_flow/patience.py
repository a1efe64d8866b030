"""What a page of the door answers when two requests stand in each other's way: try again, not that all is broken."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from psycopg import errors

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]

# The database let one of two go, or somebody kept a row for longer than three seconds. Nothing was written.
IN_THE_WAY = (errors.DeadlockDetected, errors.LockNotAvailable)


def patient(view: View[P]) -> View[P]:
    """Answer 503, try again in a moment, where another request held what this one needed."""

    @wraps(view)
    def waiting(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except OperationalError as problem:
            if not isinstance(problem.__cause__, IN_THE_WAY):
                raise
            response = render(request, "503.html", status=503)
            response.headers["Retry-After"] = "2"
            return response

    return waiting
