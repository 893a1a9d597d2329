"""What an index of packages shows of oscar-sync works there, apart from the repository."""

import re
import subprocess
import sys
from importlib.metadata import metadata


def test_links_of_the_long_description_are_whole():
    text = metadata("oscar-sync")["Description"]
    targets = re.findall(r"\]\(([^)]+)\)", text)
    assert len(targets) > 10
    assert [target for target in targets if not target.startswith(("https://", "#"))] == []


def test_comments_of_the_tests_are_not_in_the_long_description():
    assert "<!--" not in metadata("oscar-sync")["Description"]


def test_a_package_says_where_it_comes_from():
    urls = dict(line.split(", ") for line in metadata("oscar-sync").get_all("Project-URL") or ())
    assert set(urls) == {"Source", "Documentation", "Issues", "Changelog"}
    assert all(url.startswith(urls["Source"]) for url in urls.values())


def test_an_extra_is_added_to_the_installed_program_without_asking_an_index_for_it():
    extra = "oscar-sync[board]"
    words = [sys.executable, "-m", "pip", "install", "--dry-run", "--no-deps", "--no-index", extra]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
