"""Who learns from whom: the labels teach the teacher, both teach the network that is served."""

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, softmax

from service.model.tokens import Tokenizer
from training import registry
from training.config import Config, TeacherConfig
from training.encoder import Encoder, ignore_characters, load_encoder
from training.finetune import Answers, Task, finetune, make_task, run_network
from training.network import Network, build_network
from training.split import Splits
from training.transfer import make_transfer_texts

log = logging.getLogger(__name__)


def teach(
    config: Config, encoder: Encoder, tokenizer: Tokenizer, splits: Splits, work: Path
) -> Network:
    """The network of ``config``, taught by the labels and, if there is one, by its teacher."""
    texts = [e.text for e in splits.train]
    task = make_task(splits.train, tokenize(tokenizer, texts))
    if config.teacher is not None:
        task = _ask_teacher(config.teacher, config, task, tokenizer, splits, work)
    log.info("teaching the network")
    network = build_network(encoder, config.finetune, config.seed)
    for cycle in range(config.finetune.n_cycles):
        after_epoch = registry.epoch_logger("network", cycle * config.finetune.n_epochs)
        finetune(network, task, config.finetune, config.seed, work, after_epoch)
    if config.refine is not None:
        log.info("teaching it the labels once more")
        last = config.finetune.model_copy(update=config.refine.model_dump())
        labelled = _labelled(task, len(texts))
        finetune(network, labelled, last, config.seed, work, registry.epoch_logger("refined"))
    return network


def _labelled(task: Task, n_texts: int) -> Task:
    """The first ``n_texts``, which people labelled; a teacher only says what they are called."""
    answers, requests = task.answers, task.requests[:n_texts]
    if answers is not None:
        answers = Answers(answers.labels[:n_texts], requests, answers.share[:n_texts])
    return Task(task.tokens[:n_texts], task.labels[:n_texts], requests, answers)


def _ask_teacher(
    teacher: TeacherConfig,
    config: Config,
    task: Task,
    tokenizer: Tokenizer,
    splits: Splits,
    work: Path,
) -> Task:
    """The task with a teacher's answers beside the labels, and altered copies without labels."""
    log.info("teaching the teacher")
    encoder = load_encoder(teacher.encoder, work)
    definition = ignore_characters(encoder.tokenizer_json, teacher.encoder.ignored)
    own_tokenizer = Tokenizer(definition, teacher.encoder.max_tokens)
    texts = [e.text for e in splits.train]
    own_task = replace(task, tokens=tokenize(own_tokenizer, texts))
    network = build_network(encoder, teacher, config.seed)
    finetune(network, own_task, teacher, config.seed, work, registry.epoch_logger("teacher"))
    copies = make_transfer_texts(texts, teacher.n_copies, config.seed)
    log.info("asking the teacher about %d messages and %d altered ones", len(texts), len(copies))
    tokens = tokenize(own_tokenizer, [*texts, *copies])
    labels, requests = _answers(network, tokens, teacher.precision, work)
    share = np.ones(len(tokens), np.float32)
    share[: len(texts)] = config.finetune.teacher_share
    soft_labels = softmax(labels, axis=1)
    return Task(
        tokens=[*task.tokens, *tokenize(tokenizer, copies)],
        labels=np.concatenate([task.labels, soft_labels[len(texts) :].argmax(axis=1)]),
        requests=np.concatenate([task.requests, np.zeros((len(copies), requests.shape[1]), "f4")]),
        answers=Answers(soft_labels, expit(requests), share),
    )


def _answers(
    network: Network, tokens: Sequence[NDArray[np.int64]], precision: str, work: Path
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """What ``run_network`` says, kept below ``work`` by digest of network and texts."""
    digest = hashlib.sha256()
    for parameter in network.parameters():
        digest.update(parameter.detach().numpy().tobytes())
    for text in tokens:
        digest.update(text.tobytes())
    path = work / f"{digest.hexdigest()}.npz"
    if not path.is_file():
        labels, requests = run_network(network, tokens, precision)
        np.savez(path, labels=labels, requests=requests)
    with np.load(path, allow_pickle=False) as kept:
        return kept["labels"], kept["requests"]


def tokenize(tokenizer: Tokenizer, texts: Sequence[str]) -> list[NDArray[np.int64]]:
    """The token ids of each text."""
    return [tokenizer.tokenize(text).ids[0] for text in texts]
