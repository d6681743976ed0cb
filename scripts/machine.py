"""What the checks need of the machine itself: a Chromium and a font with Chinese letters."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

PACKAGES = ("chromium", "fonts-noto-cjk")
APT_LINE = f"apt-get update && apt-get install -y --no-install-recommends {' '.join(PACKAGES)}"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def missing() -> list[str]:
    """Which of PACKAGES are not there, judged by what they bring, not by how it was installed."""
    gone = []
    if not (os.environ.get("BANLI_TEST_CHROMIUM") or any(shutil.which(name) for name in BROWSERS)):
        gone.append("chromium")
    if not has_chinese_font():
        gone.append("fonts-noto-cjk")
    return gone


def has_chinese_font() -> bool:
    """Ask fontconfig; where it is not installed, look into the folder that the package fills."""
    fc_list = shutil.which("fc-list")
    if fc_list is None:
        return any(Path("/usr/share/fonts/opentype/noto").glob("NotoSansCJK*"))
    done = subprocess.run([fc_list, ":lang=zh-cn", "family"], capture_output=True, text=True, check=False)
    return bool(done.stdout.strip())


def install() -> bool:
    """Install what is missing where this user may; returns whether everything is there now."""
    gone = missing()
    if not gone:
        return True
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        print(f"missing on this machine: {', '.join(gone)}. Install with:\n    {APT_LINE}", file=sys.stderr)
        return False
    print(f"installing {', '.join(gone)} with apt-get")
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update", "-qq"], ["install", "-qq", "-y", "--no-install-recommends", *gone]):
        done = subprocess.run(["apt-get", *command], env=quiet, stdin=subprocess.DEVNULL, check=False)
        if done.returncode != 0:
            print(f"apt-get {command[0]} failed; by hand: {APT_LINE}", file=sys.stderr)
            return False
    return not missing()
