"""Files of a form: taken into the store before the verb, taken back where it refuses or did all of it before."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from django import forms

from accounts.refusals import Refusal
from complaints import attachments, selectors
from complaints.attachments import Accepted

R = TypeVar("R")


def filed(form: forms.Form, do: Callable[[Sequence[Accepted]], R]) -> R | None:
    """Call the verb with the files of this valid form; None where they or it were refused, and the form says why."""
    try:
        files = attachments.accept(form.cleaned_data["files"])
    except Refusal as refusal:
        form.add_error("files", str(refusal.sentence))
        return None
    try:
        done = do(files)
    except Refusal as refusal:
        attachments.discard(files)
        form.add_error(None, str(refusal.sentence))
        return None
    except BaseException:
        attachments.discard(files)
        raise
    attachments.discard(selectors.unnamed(files))  # pressed twice
    return done
