"""django-hordak with what it needs, and nothing else."""

from conversation import database

SECRET_KEY = "a benchmark has no secrets"
DATABASES = {"default": database()}
INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth", "mptt", "hordak"]
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
DEFAULT_CURRENCY = HORDAK_INTERNAL_CURRENCY = "EUR"  # the only one that its converter knows by itself
CURRENCIES = HORDAK_CURRENCIES = ["EUR"]
USE_TZ = True
