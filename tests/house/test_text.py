"""What stands in tracked files holds on any machine."""

import re

from tests.house.tree import ROOT, place, tracked_files

# Put together here, so that this file does not find itself. What is quoted from elsewhere, such as
# a recorded answer of a server, may name the folders of that machine; `me` and `jovyan` (in every
# Jupyter image) are nobody.
MACHINE_FOLDERS = [f"/{folder}/" for folder in ("root", "work", "home", "Users")]
MACHINE_PATH = re.compile(rf"(?<![\w.}}~*-])({'|'.join(MACHINE_FOLDERS)})(?!me\b|jovyan\b)\w")
QUOTED = ("fixtures", "corpus", "recordings", "cases")
DOWNLOAD_HOST = re.compile(r"https?:|--(extra-)?index-url|--find-links|--trusted-host")
MAX_TEXT_BYTES = 2 * 1024 * 1024


def _lines_that_match(pattern, paths):
    for path in paths:
        content = path.read_bytes()
        if b"\0" in content or len(content) > MAX_TEXT_BYTES:
            continue
        for number, line in enumerate(content.decode(errors="replace").splitlines(), start=1):
            if pattern.search(line):
                yield f"{place(path, number)}: {line.strip()[:100]}"


def test_no_file_names_a_folder_of_the_machine_it_was_written_on():
    own = [
        path for path in tracked_files() if not set(QUOTED) & set(path.relative_to(ROOT).parts[:-1])
    ]

    assert list(_lines_that_match(MACHINE_PATH, own)) == []


def test_the_pins_leave_it_to_the_user_where_packages_come_from():
    pins = sorted((ROOT / "requirements").glob("*.txt"))

    assert pins
    assert list(_lines_that_match(DOWNLOAD_HOST, pins)) == []


def test_every_pin_has_a_hash():
    for pins in (ROOT / "requirements").glob("*.txt"):
        entries = re.split(r"\n(?=\S)", pins.read_text(encoding="utf-8"))
        bare = [entry for entry in entries if "==" in entry and "--hash=sha256:" not in entry]

        assert bare == [], pins.name


def long_lines_of_prose(text):
    """Yield the numbers of lines over 100 characters, but of code, tables and comments."""
    is_code = False
    for number, line in enumerate(text.splitlines(), start=1):
        if line.lstrip().startswith(("```", "~~~")):
            is_code = not is_code
        elif len(line) > 100 and not is_code and not line.lstrip().startswith(("|", "<!--")):
            yield number


def test_lines_of_prose_have_up_to_100_characters():
    pages = [
        path
        for path in tracked_files()
        if path.suffix == ".md" and not {"changelog.d", *QUOTED} & set(path.relative_to(ROOT).parts)
    ]
    found = [
        place(path, number)
        for path in pages
        for number in long_lines_of_prose(path.read_text(encoding="utf-8"))
    ]
    assert found == []
    assert list(long_lines_of_prose(f"{'a ' * 60}\n```\n{'a' * 120}\n```\n")) == [1]
