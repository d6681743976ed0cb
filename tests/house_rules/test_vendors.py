"""Some vendors have traps that one module knows, so no other module may import them."""

import ast

import pytest

from tests.house_rules.shape import PACKAGES, Source, sources

ONE_MODULE = ("cel_expr_python", "transitions")


def imports(source: Source) -> set[str]:
    """The top-level packages that a file imports."""
    found: set[str] = set()
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found.add(node.module.split(".")[0])
    return found


@pytest.mark.parametrize("vendor", ONE_MODULE)
def test_one_module_knows_the_vendor(vendor: str) -> None:
    homes = [source.path for source in sources(*PACKAGES) if vendor in imports(source)]
    assert len(homes) <= 1, f"{vendor} is imported by {', '.join(homes)}"


def test_imports_are_found() -> None:
    text = "import a.b\nfrom c.d import e\ndef f():\n    import g\nfrom . import h\n"
    assert imports(Source("core/x.py", text)) == {"a", "c", "g"}
