"""Teaching a real, tiny network: it learns, it resumes, it follows a teacher."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.nn.functional import cross_entropy
from transformers import BertConfig, BertModel

from training.config import FineTuneConfig
from training.finetune import Answers, Task, add_gradients, finetune, run_network
from training.network import Network
from training.transformer import Transformer, find_embedding

CONFIG = FineTuneConfig(
    layers=(0, 1), n_epochs=3, batch_size=8, encoder_rate=3e-3, head_rate=3e-2, precision="float32"
)
N_TEXTS, SPECIAL, FILLER = 120, 2, 50


@pytest.fixture
def task() -> Task:
    """Each text holds one token that gives its label, and maybe one that asks for more."""
    dice = np.random.default_rng(3)
    labels = dice.integers(0, 5, N_TEXTS)
    asked = dice.random(N_TEXTS) < 0.5
    tokens = []
    for label, is_asked in zip(labels, asked, strict=True):
        text = dice.integers(FILLER, 90, dice.integers(4, 20))
        text[1] = 10 + label
        text[-1] = 30 if is_asked else 31
        tokens.append(np.concatenate([[SPECIAL], text]).astype(np.int64))
    requests = np.zeros((N_TEXTS, 4), np.float32)
    requests[:, 0] = asked
    return Task(tokens, labels.astype(np.int64), requests)


@pytest.fixture
def build() -> Callable[[], Network]:
    def untaught() -> Network:
        torch.manual_seed(5)
        config = BertConfig(
            vocab_size=100,
            hidden_size=32,
            num_hidden_layers=2,
            num_attention_heads=2,
            intermediate_size=64,
        )
        return Network(Transformer(BertModel(config, add_pooling_layer=False), (0, 1)), 5, 4)

    return untaught


def test_label_and_request_are_learned(
    task: Task, build: Callable[[], Network], tmp_path: Path
) -> None:
    network = build()
    finetune(network, task, CONFIG.model_copy(update={"n_epochs": 8}), 1, tmp_path)
    labels, requests = run_network(network, task.tokens)
    assert np.mean(labels.argmax(axis=1) == task.labels) > 0.9
    assert np.mean((requests[:, 0] > 0) == (task.requests[:, 0] > 0)) > 0.9
    assert (requests[:, 1:] < 0).all()


@pytest.mark.parametrize("perturbation", [0.0, 0.5])
def test_a_run_that_was_stopped_goes_on_and_ends_the_same(
    task: Task, build: Callable[[], Network], tmp_path: Path, perturbation: float
) -> None:
    config = CONFIG.model_copy(update={"perturbation": perturbation})

    def stop_after_two(n_epochs: int, _: float) -> None:
        if n_epochs == 2:
            raise KeyboardInterrupt

    whole, stopped, resumed = build(), build(), build()
    finetune(whole, task, config, 1, tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        finetune(stopped, task, config, 1, tmp_path / "stopped", stop_after_two)
    finetune(resumed, task, config, 1, tmp_path / "stopped")
    for one, other in zip(whole.parameters(), resumed.parameters(), strict=True):
        assert torch.equal(one, other)


def test_moved_words_are_put_back(task: Task, build: Callable[[], Network]) -> None:
    network = build()
    words = find_embedding(network.encoder, "words").weight
    before = words.detach().clone()
    config = CONFIG.model_copy(update={"perturbation": 0.5})
    assert add_gradients(network, task, range(8), config) > 0
    assert torch.equal(words, before)
    assert words.grad is not None


def test_perturbed_words_teach_to_mind_them_less(
    task: Task, build: Callable[[], Network], tmp_path: Path
) -> None:
    def loss_of(network: Network) -> float:
        labels, _ = run_network(network, task.tokens)
        return float(cross_entropy(torch.from_numpy(labels), torch.from_numpy(task.labels)))

    losses = []
    for size in (0.0, 0.5):
        network = build()
        config = CONFIG.model_copy(update={"n_epochs": 8, "perturbation": size})
        finetune(network, task, config, 1, tmp_path)
        assert loss_of(network) < 0.3
        noise = torch.randn(100, 32, generator=torch.Generator().manual_seed(7))
        with torch.no_grad():
            find_embedding(network.encoder, "words").weight.add_(0.1 * noise)
        losses.append(loss_of(network))
    assert losses[1] < losses[0] / 2


def test_a_teacher_is_followed_against_the_labels(
    task: Task, build: Callable[[], Network], tmp_path: Path
) -> None:
    """With all of the loss the teacher's, its wrong names are learned and not the right ones."""
    taught = np.eye(5, dtype=np.float32)[(task.labels + 1) % 5]
    task = replace(task, answers=Answers(taught, task.requests, share=np.ones(N_TEXTS, np.float32)))
    config = CONFIG.model_copy(update={"n_epochs": 8})
    network = build()
    finetune(network, task, config, 1, tmp_path)
    labels, _ = run_network(network, task.tokens)
    assert np.mean(labels.argmax(axis=1) == (task.labels + 1) % 5) > 0.9
