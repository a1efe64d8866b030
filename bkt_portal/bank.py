"""Who the bank is, read from the environment: what every page and every SMS may say of it."""

from typing import TypedDict

from bkt_portal import env


class Bank(TypedDict):
    """Who the bank is and how it is reached (R01, R05, R64-R66)."""

    name: str
    short_name: str
    code: str
    bic: str
    product: str
    phone_display: str
    phone_tel: str
    phone_sms: str
    emails: tuple[str, ...]
    whatsapp_display: str
    whatsapp_url: str
    networks: list[tuple[str, str]]


def identity() -> Bank:
    return {
        "name": env.text("BANK_NAME", "Banka Kombëtare Tregtare"),
        "short_name": env.text("BANK_SHORT_NAME", "BKT"),
        "code": env.text("BANK_CODE", "205"),
        "bic": env.text("BANK_BIC", "NCBAALTX"),
        "product": "Dega Internet",
        "phone_display": env.text("CONTACT_PHONE", "+355 (0) 4 2266 288"),
        "phone_tel": env.text("CONTACT_PHONE_E164", "+35542266288"),
        "phone_sms": env.text("CONTACT_PHONE_SMS", "042266288"),
        "emails": env.csv("CONTACT_EMAILS", ("callcenter@bkt.com.al", "info@bkt.com.al")),
        "whatsapp_display": env.text("CONTACT_WHATSAPP", "+355 67 400 0018"),
        "whatsapp_url": env.text("CONTACT_WHATSAPP_URL", "https://wa.me/355674000018"),
        "networks": [
            _network(item)
            for item in env.csv(
                "CONTACT_NETWORKS",
                (
                    "Facebook=https://www.facebook.com/bktalbania",
                    "Instagram=https://www.instagram.com/bkt.al",
                    "LinkedIn=https://www.linkedin.com/company/banka-kombetare-tregtare",
                ),
            )
        ],
    }


def _network(item: str) -> tuple[str, str]:
    name, _, address = item.partition("=")
    return name, address
