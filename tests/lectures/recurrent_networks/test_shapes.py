"""The shape explorer against shapes worked out on paper, all sizes different."""

import pytest
import torch

from rnn_helpers.lectures.recurrent_networks.shapes import compute_shapes


@pytest.mark.parametrize("batch_first", [False, True])
def test_two_layers_both_ways(batch_first):
    found = compute_shapes(T=7, B=2, D=3, H=5, layers=2, directions=2, batch_first=batch_first)
    rows = found.rows
    shape = {row.name: row.shape for row in rows}
    assert shape["input"] == ((2, 7, 3) if batch_first else (7, 2, 3))
    assert shape["output"] == ((2, 7, 10) if batch_first else (7, 2, 10))
    assert shape["h_0"] == shape["h_n"] == (4, 2, 5)  # batch_first or not
    assert shape["weight_ih_l0"] == (5, 3)
    assert shape["weight_ih_l1"] == (5, 10)
    assert shape["weight_hh_l0"] == shape["weight_hh_l1"] == (5, 5)
    assert shape["bias_ih_l0"] == shape["bias_hh_l1"] == (5,)


def test_what_the_reader_draws_at_random_stays_as_it_was():
    torch.manual_seed(1)
    wanted = torch.rand(3)
    torch.manual_seed(1)
    compute_shapes(T=3, B=2, D=9, H=4)
    assert torch.equal(torch.rand(3), wanted)


def test_the_letters_say_what_the_numbers_are():
    sizes = {"T": 7, "B": 2, "D": 3, "H": 5, "layers": 3, "directions": 2}
    for batch_first in (False, True):
        for row in compute_shapes(**sizes, batch_first=batch_first).rows:
            parts = row.letters.strip("()").split(",")
            spelled = [part.strip().replace("·", "*") for part in parts if part.strip()]
            assert tuple(eval(part, {}, sizes) for part in spelled) == row.shape, row


@pytest.mark.parametrize(
    "wrong", [{"T": 0}, {"layers": 0}, {"directions": 3}, {"batch_first": 0.2}]
)
def test_what_is_wrong_is_named(wrong):
    with pytest.raises(ValueError, match=f"{next(iter(wrong))} must be "):
        compute_shapes(**{"T": 7, "B": 2, "D": 3, "H": 5} | wrong)
