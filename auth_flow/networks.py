"""Which addresses are one subscriber: what the brakes and budgets count by."""

import ipaddress

UNKNOWN = "unknown"


def subscriber_of(ip: str) -> str:
    """An IPv4 address stands for itself; an IPv6 one for its /64, which one subscriber has to herself.

    An IPv4 address written as IPv6 (::ffff:192.0.2.1) is the IPv4 address, or one machine would be two.
    """
    address = plain(ip)
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address) if address else UNKNOWN


def plain(ip: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The address, an IPv4 one also where it came as IPv6; None for what is no address."""
    try:
        address = ipaddress.ip_address(ip)
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        return address.ipv4_mapped
    return address
