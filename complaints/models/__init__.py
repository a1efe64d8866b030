"""The nouns of complaints, in one namespace: `from complaints.models import Case`."""

from complaints.models.attachments import Attachment
from complaints.models.cases import Case, Reply, StatusLink

__all__ = ["Attachment", "Case", "Reply", "StatusLink"]
