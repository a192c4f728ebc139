"""House rules for every template: nothing inline, htmx on the element itself, English for each sentence."""

import re
from pathlib import Path

import pytest

from libs.web.language import COMMON, Catalogue
from services.portal.english import ENGLISH

ROOT = Path(__file__).parents[2]
PUBLIC = [*ROOT.glob("libs/web/templates/*.html"), *ROOT.glob("services/portal/templates/*.html")]
ALL = [*PUBLIC, *ROOT.glob("services/desk/templates/**/*.html")]

FORBIDDEN = {
    "an inline script": re.compile(r"<script(?![^>]*\bsrc=)", re.IGNORECASE),
    "an inline style": re.compile(r"<style|\sstyle\s*=", re.IGNORECASE),
    "a handler in the markup": re.compile(r"\son[a-z]+\s*=", re.IGNORECASE),
    "a script address": re.compile(r"javascript:", re.IGNORECASE),
    "htmx inheritance": re.compile(r":inherited|hx-boost"),
    "htmx script": re.compile(r"hx-on|hx-vals=['\"]js|hx-trigger=\"[^\"]*\["),
    "escaping switched off": re.compile(r"\|\s*safe\b|autoescape"),
    "an address of another site": re.compile(r"(src|href)=\"https?://", re.IGNORECASE),
}


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_template_holds_nothing_that_the_content_policy_forbids(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    found = [what for what, pattern in FORBIDDEN.items() if pattern.search(text)]
    assert not found, f"{path.name}: {found}"


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_form_that_changes_something_carries_the_token(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for form in re.findall(r"<form[^>]*method=\"post\".*?</form>", text, re.DOTALL):
        assert "token(csrf)" in form, form[:80]


def test_the_checks_would_see_what_they_forbid() -> None:
    broken = '<p onclick="x()" style="a"><script>1</script><a href="javascript:x" hx-on:click="y">'
    assert sum(bool(pattern.search(broken)) for pattern in FORBIDDEN.values()) == 5


@pytest.mark.parametrize("path", PUBLIC, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_sentence_for_citizens_exists_in_english_with_the_same_names(path: Path) -> None:
    catalogue: Catalogue = {**COMMON, **ENGLISH}
    sentences = re.findall(r"_\(\"([^\"]+)\"", path.read_text(encoding="utf-8"))
    missing = [one for one in sentences if one not in catalogue]
    assert not missing, missing
    names = re.compile(r"\{(\w+)\}")
    assert all(set(names.findall(one)) == set(names.findall(catalogue[one])) for one in sentences)


def test_no_translation_is_left_over() -> None:
    used = set(re.findall(r"_\(\"([^\"]+)\"", "".join(path.read_text(encoding="utf-8") for path in PUBLIC)))
    assert not (set(ENGLISH) | set(COMMON)) - used
