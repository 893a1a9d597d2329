"""A cluster's address: what may be one, how it is shown, where a redirect may lead. Pure."""

from urllib.parse import urljoin, urlsplit


def fault(endpoint: str) -> str:
    try:
        parts = urlsplit(endpoint)
        is_usable = parts.scheme in {"http", "https"} and bool(parts.hostname)
        _ = parts.port  # raises for a port that is none
    except ValueError:
        return "the endpoint is not an http(s) address"
    if not is_usable or any(character <= " " or character == "\x7f" for character in endpoint):
        return "the endpoint is not an http(s) address"
    if parts.username is not None or parts.query or parts.fragment:
        return "the endpoint holds a user, query or fragment"
    return ""


def shown(endpoint: str) -> str:
    scheme, separator, rest = endpoint.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}{separator}{host.rpartition('@')[2]}{slash}{path.partition('?')[0]}"


def differs_by_slash(asked: str, location: str) -> bool:
    target = urljoin(asked, location)
    return target != asked and target.rstrip("/") == asked.rstrip("/")


def origin(asked: str, location: str) -> str:
    parts = urlsplit(urljoin(asked, location))
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def host_of(url: str) -> str | None:
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return None
    return f"{parts.scheme}://{parts.hostname}{port}"
