"""The door for files: what is longer than any page takes is dropped on its way in, before a disk holds it.

Django asks the handlers of FILE_UPLOAD_HANDLERS in turn; this one comes first, counts, and passes on. The page still
gets a file, one portion longer than its limit, and can say so in words.
"""

from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler, SkipFile


class Bounded(FileUploadHandler):
    """Lets through so many files a request, and of each file its limit and one portion more."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.files, self.passed = 0, 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.files, self.passed = self.files + 1, 0
        # One more than a page takes, so that the page can tell.
        if self.files > settings.ATTACHMENTS["files_max"] + 1:
            raise SkipFile

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        if self.passed > settings.ATTACHMENTS["bytes_max"]:
            return None
        self.passed += len(raw_data)
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """No file of this one's: the handlers behind it made it."""
