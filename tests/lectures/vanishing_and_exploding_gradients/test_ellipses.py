"""The chain of ellipses: half axes are singular values, and the drawn ones are those."""

import numpy as np

from rnn_helpers.lectures.vanishing_and_exploding_gradients import ellipses


def test_the_longest_half_axis_is_the_norm_of_the_product(monkeypatch):
    jacobians = np.random.default_rng(3).normal(size=(4, 2, 2))
    found = ellipses.find_ellipses(jacobians)
    shown = []
    monkeypatch.setattr(ellipses, "show", lambda figure, *, alt, **_: shown.append((figure, alt)))
    ellipses.draw_ellipses({"tanh": jacobians}, {"tanh": np.array([[0.25, 0.5]] * 4)})
    figure, said = shown[0]
    (axes,) = figure.axes
    lines, product, norms = axes.get_lines(), np.eye(2), []
    for t in range(5):
        values = np.linalg.svd(product, compute_uv=False)
        lengths = np.linalg.norm(found[t], axis=1)
        np.testing.assert_allclose(lengths.max(), values[0], rtol=1e-3)
        center, longest = lines[3 * t + 2].get_xydata()
        np.testing.assert_allclose(np.linalg.norm(longest - center), lengths.max())
        np.testing.assert_allclose(lines[3 * t + 1].get_xydata(), center + found[t])
        assert axes.texts[2 * t].get_text().endswith(f"{lengths.max():.2g}")
        assert axes.texts[2 * t + 1].get_text() == ("0.25, 0.50" if t else "slopes")
        norms.append(f"{lengths.max():.2g}")
        product = jacobians[t] @ product if t < 4 else product
    assert f"tanh: {', '.join(norms)} (slopes of the two units: 0.25, 0.50; " in said
