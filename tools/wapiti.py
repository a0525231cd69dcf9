"""Runs wapiti, whose way to leave addresses out (-x) Debian 12's Python refuses: its flags stand at the end of a pattern."""
import re
import sys

compile_as_given = re.compile
ending = r"\Z(?ms)"


def compile_mended(pattern, flags=0):
    if isinstance(pattern, str) and pattern.endswith(ending):
        pattern = "(?ms)" + pattern[: -len(ending)] + r"\Z"
    return compile_as_given(pattern, flags)


re.compile = compile_mended

from wapitiCore.main.wapiti import wapiti_main  # noqa: E402 after the mend

sys.exit(wapiti_main())
