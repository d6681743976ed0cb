"""Personal values as far as the reader may see them: written out, masked, or not there at all."""

from collections.abc import Mapping
from typing import Any, Final

from core.engine.access import Mask, mask_value
from core.engine.masking import HIDDEN
from core.store.sealing import Row

FORMS: Final[Mapping[str, str]] = {
    "name": "name",
    "phone": "phone",
    "email": "email",
    "passport_no": "passport",
}
"""Field -> the pattern by which it is masked; another field is hidden whole."""


def shown(row: Row, masks: Mapping[str, Mask]) -> dict[str, Any]:
    """The fields of a row that may be seen; a hidden one has no key."""
    return {
        name: value_under(mask, row[name], FORMS.get(name, ""))
        for name, mask in masks.items()
        if mask is not Mask.HIDDEN
    }


def value_under(mask: Mask, value: Any, form: str = "") -> Any:
    """One value under a mask that is not HIDDEN; an empty value has nothing to hide."""
    if mask >= Mask.READ or value is None or value in ("", [], False):
        return value
    return mask_value(form, str(value))


def name_under(masks: Mapping[str, Mask], name: str, field: str = "name") -> str:
    """A person's name as it stands within something else; empty when it is hidden."""
    mask = masks.get(field, Mask.HIDDEN)
    return "" if mask is Mask.HIDDEN else str(value_under(mask, name, "name"))


def file_name_under(masks: Mapping[str, Mask], name: str) -> str:
    """What somebody has called his file, for whoever may see names: it is often his own."""
    return name if masks.get("name", Mask.HIDDEN) >= Mask.READ else HIDDEN
