"""``python -m tests.fuzz.fuzz_text [seconds]``: atheris looks for words that break the text."""

import atheris

from tests.fuzz.fuzzing import run

with atheris.instrument_imports(include=["service"]):
    from tests.fuzz.promises import check_content

if __name__ == "__main__":
    run(check_content)
