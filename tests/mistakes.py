"""What tests of several lectures share: answers to exercises and settings of demos gone wrong."""

import pytest


def expect(status, exercises, rows):
    """Make the test that `check_NAME(answer)` has `status` and says `words`, for each row."""

    @pytest.mark.parametrize(("check", "answer", "words"), rows)
    def test(check, answer, words):
        feedback = getattr(exercises, f"check_{check}")(answer)
        assert feedback.status == status, feedback
        assert words in feedback.message, feedback

    return test


def set_to(demo, **values):
    """Move controls of a demo together, and give it back."""
    with demo.hold_repaint():
        for name, value in values.items():
            demo.controls[name].value = value
    assert demo.error is None
    return demo


def expect_refusals(rows):
    """Make the test that `make(NAME=wrong)` says what NAME must be and what it got, by row."""

    @pytest.mark.parametrize(("make", "name", "wrong"), rows)
    def test(make, name, wrong):
        with pytest.raises(ValueError, match=f"^{name} must be .*, got {wrong!r}$"):
            make(**{name: wrong})

    return test
