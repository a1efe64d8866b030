"""django-ledger with what it needs, and nothing else."""

from conversation import database

SECRET_KEY = "a benchmark has no secrets"
DATABASES = {"default": database()}
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django_ledger",
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
DJANGO_LEDGER_USE_DEPRECATED_BEHAVIOR = False


class Straight(dict):
    """Tables as the models are today, without the way of all migrations; neither has laws in the database."""

    def __contains__(self, label):
        return True

    def __getitem__(self, label):
        return None


MIGRATION_MODULES = Straight()
