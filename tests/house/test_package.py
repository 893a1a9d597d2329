"""What an index of packages shows of oscar-sync works there, apart from the repository."""

import re
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
