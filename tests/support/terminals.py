"""What a terminal would obey."""


def is_harmless(text):
    return all(char.isprintable() or char in "\n\t" for char in text)
