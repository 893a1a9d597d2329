"""A number and its noun, singular and plural."""


def plural(count: int, one: str, many: str = "") -> str:
    """Return the count with its noun: ``1 service``, ``1,204 objects``."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
