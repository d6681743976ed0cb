"""Small values that stand in a flow as text: how the spec reads them, writes them, and tells editors their form."""

import re
from typing import Any, ClassVar, Self

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema


class Written:
    """A value that ``parse`` reads and ``str`` writes; ``FORM`` is the whole text's pattern."""

    __slots__ = ()
    FORM: ClassVar[re.Pattern[str]]

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises ValueError with what to write instead."""
        raise NotImplementedError

    @classmethod
    def __get_pydantic_json_schema__(cls, _schema: CoreSchema, _handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"type": "string", "pattern": f"^{cls.FORM.pattern}$"}

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        read = core_schema.no_info_after_validator_function(cls.parse, core_schema.str_schema())
        either = core_schema.union_schema([core_schema.is_instance_schema(cls), read], mode="left_to_right")
        return core_schema.json_or_python_schema(
            json_schema=read, python_schema=either, serialization=core_schema.to_string_ser_schema()
        )
