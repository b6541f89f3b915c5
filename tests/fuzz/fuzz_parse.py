"""``python -m tests.fuzz.fuzz_parse [seconds]``: atheris looks for mail that breaks the parser."""

import atheris

from tests.fuzz.fuzzing import run

with atheris.instrument_imports(include=["service"]):
    from tests.fuzz.promises import check_bytes

if __name__ == "__main__":
    run(check_bytes)
