"""The roof: composes every room; no room imports it."""

from bkt_portal.celery import app as celery_app

__all__ = ["celery_app"]
