"""Has files inspected by a process of their own and tells how much memory the heaviest of its children took."""

import subprocess
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
_CODE: Final = """
import resource, sys
from pathlib import Path
from core.files.child import Inspector
def peak():
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
with Inspector() as running:
    running.inspect(b"\\x89PNG\\r\\n\\x1a\\n")
idle = peak()
with Inspector() as running:
    for file in sorted(Path(sys.argv[1]).iterdir()):
        print(running.inspect(file.read_bytes()).inspection.verdict)
print(idle, peak())
"""


def measured(folder: Path) -> tuple[list[str], int, int]:
    """Verdicts of the folder's files by name; KiB of an idle child, KiB of the heaviest one."""
    done = subprocess.run([sys.executable, "-c", _CODE, str(folder)], cwd=ROOT, capture_output=True, text=True)
    *verdicts, idle, most = done.stdout.split()
    return verdicts, int(idle), int(most)
