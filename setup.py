"""Compiles what is in `watcher/native`; everything else about the package stands in pyproject.toml."""

from Cython.Build import cythonize
from setuptools import Extension, setup

NATIVE = Extension("watcher.native.*", ["watcher/native/*.pyx"], extra_compile_args=["-O3", "-g0"])

setup(ext_modules=cythonize([NATIVE], build_dir="build/cython", language_level=3))
