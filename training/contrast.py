"""The encoder taught by contrast: messages of one label near, those of others far; then a head.

The two steps of SetFit (Tunstall et al., 2022, https://arxiv.org/abs/2209.11055), with the hardest
triplets of each batch instead of drawn pairs (Hermans et al., 2017).
"""

from pathlib import Path
from typing import Final

import numpy as np
import torch
from scipy.sparse import csr_matrix
from sentence_transformers.sentence_transformer.losses import BatchHardSoftMarginTripletLoss
from tqdm import tqdm

from training.baselines import FeatureSet
from training.config import Config
from training.dataset import gold_labels
from training.encoder import Encoder, load_encoder
from training.finetune import batch_rows
from training.split import Splits

_N_EPOCHS: Final = 2
_BATCH_SIZE: Final = 32
_RATE: Final = 5e-5


def contrastive_features(config: Config, splits: Splits, work: Path) -> FeatureSet:
    """Training and test embeddings of the encoder after it was taught by contrast."""
    encoder = load_encoder(config.encoder, work)
    _teach(encoder, config, splits)
    train_x, test_x = (
        csr_matrix(encoder.model.encode([e.text for e in part], show_progress_bar=True))
        for part in (splits.train, splits.test)
    )
    return f"{config.encoder.name}, taught by contrast", train_x, test_x


def _teach(encoder: Encoder, config: Config, splits: Splits) -> None:
    torch.manual_seed(config.seed)
    dice = np.random.default_rng(config.seed)
    texts, gold = [e.text for e in splits.train], torch.from_numpy(gold_labels(splits.train))
    triplets = BatchHardSoftMarginTripletLoss(encoder.model)
    optimizer = torch.optim.AdamW(encoder.model.parameters(), lr=_RATE)
    encoder.model.train()
    for epoch in range(_N_EPOCHS):
        batches = list(batch_rows(texts, _BATCH_SIZE, dice))
        for rows in tqdm(batches, desc=f"contrast, epoch {epoch + 1} of {_N_EPOCHS}", unit="batch"):
            read = encoder.model.preprocess([texts[row] for row in rows])
            with torch.autocast("cpu", torch.bfloat16):
                wrong = triplets([read], gold[rows])
            optimizer.zero_grad()
            torch.autograd.backward(wrong)
            optimizer.step()
    encoder.model.eval()
