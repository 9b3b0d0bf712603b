"""What pyproject.toml cannot say: in a wheel everything lies below `curate`, and each short name is one small file.

A package called `filters` that somebody installs later then stands beside that file and takes precedence, as it should:
it overwrites nothing, and nothing of ours imports the short name.
"""

from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

SHORT = ("filters", "classifiers", "pipelines")
FILE = '"""Another name of `curate.{0}`."""\n\nfrom curate.short_names import stand_for\n\nstand_for(__name__)\n'


class BuildWheel(build_py):
    """Builds the files of an installation; an editable one uses the folders as they are."""

    def run(self) -> None:
        """Leave out the folders at the top, which are in `curate` too, and write the short names."""
        short = () if self.editable_mode else SHORT
        self.packages = [name for name in self.packages if name.split(".")[0] not in short]
        super().run()
        for name in short:
            Path(self.build_lib, f"{name}.py").write_text(FILE.format(name), encoding="utf-8")


setup(cmdclass={"build_py": BuildWheel})
