"""The API keeps the contract it publishes, whatever is sent."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from service.api.schemas import ClassifyRequest, ClassifyResponse
from tests.servers import Serving

N_EXAMPLES = os.environ.get("CONTRACT_EXAMPLES", "100")  # per operation


# A gateway that may take a 4xx for the end of a mail hears 503 even of a wrong secret or method.
SELECTIONS = (
    ["--exclude-path-regex=^/inbound/"],
    ["--include-path-regex=^/inbound/", "--exclude-checks=not_a_server_error,unsupported_method"],
)


@pytest.mark.parametrize("selection", SELECTIONS, ids=["own", "gateways"])
def test_generated_requests_find_no_breach(
    serving: Serving, tmp_path: Path, selection: list[str]
) -> None:
    command = [
        str(Path(sys.executable).with_name("schemathesis")),
        "run",
        f"{serving.url}/openapi.json",
        "--checks=all",
        f"--max-examples={N_EXAMPLES}",
        "--seed=20261121",
        "--generation-database=none",
        *selection,
    ]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_the_published_examples_are_valid(serving: Serving) -> None:
    schemas = serving.client.get("/openapi.json").json()["components"]["schemas"]
    (request,) = schemas["ClassifyRequest"]["examples"]
    (answer,) = schemas["ClassifyResponse"]["examples"]
    ClassifyRequest.model_validate(request)
    ClassifyResponse.model_validate(answer)
    assert serving.client.post("/classify", json=request).status_code == 200


def test_every_error_is_documented_as_a_problem(serving: Serving) -> None:
    paths = serving.client.get("/openapi.json").json()["paths"]
    for operation in (op for path in paths.values() for op in path.values()):
        for status, answer in operation["responses"].items():
            if int(status) >= 400:
                assert list(answer["content"]) == ["application/problem+json"]


def test_both_ways_to_send_a_message_are_documented(serving: Serving) -> None:
    body = serving.client.get("/openapi.json").json()["paths"]["/classify"]["post"]["requestBody"]
    assert set(body["content"]) == {"application/json", "message/rfc822"}
