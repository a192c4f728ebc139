"""zns.toml: which approved ZNS template stands for which letter of the pack, and what fills it."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from libs.contracts.errors import HotlineError
from libs.packs.letters import CITIZEN_LETTERS

SHORT = 30
"""Characters of a parameter unless the template says otherwise: names, codes, states."""


class BadTemplates(HotlineError):
    """zns.toml cannot be used; the message names the table, the key and what is wrong."""


class Parameter(BaseModel):
    """A parameter of the template: the letter's variable that fills it, cut to `max` characters."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    value: str
    max: int = Field(SHORT, ge=1, le=400)


class ZnsTemplate(BaseModel):
    """`id` is Zalo's; `parameters` its own names."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Annotated[str, StringConstraints(pattern=r"^\d{1,20}$")]
    parameters: dict[str, Parameter]

    def data(self, said: Mapping[str, str]) -> dict[str, str]:
        """What Zalo fills in; it refuses a parameter that is empty or too long."""
        return {name: said.get(one.value, "-")[: one.max] or "-" for name, one in self.parameters.items()}


def read_templates(file: Path | None) -> dict[str, ZnsTemplate]:
    """Letter → template. Raises BadTemplates; without a file there are none."""
    if file is None:
        return {}
    try:
        tables = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadTemplates(f"{file.name}: {error}") from error
    return {letter: _template(file.name, letter, table) for letter, table in tables.items()}


def _template(file: str, letter: str, table: Any) -> ZnsTemplate:
    variables = CITIZEN_LETTERS.get(letter)
    if variables is None:
        raise BadTemplates(f"{file} [{letter}]: no such letter; known: {', '.join(CITIZEN_LETTERS)}")
    try:
        template = ZnsTemplate.model_validate(table)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise BadTemplates(f"{file} [{letter}] {where}: {first['msg']}") from None
    for name, one in template.parameters.items():
        if one.value not in variables:
            may = ", ".join(sorted(variables))
            raise BadTemplates(f"{file} [{letter}] parameters.{name}: no variable {one.value!r}; {may}")
    return template
