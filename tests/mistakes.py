"""What the tests of all exercises share: a table of answers, and what their check says to each."""

import pytest


def expect(status, exercises, rows):
    """Make the test that `check_NAME(answer)` has `status` and says `words`, for each row."""

    @pytest.mark.parametrize(("check", "answer", "words"), rows)
    def test(check, answer, words):
        feedback = getattr(exercises, f"check_{check}")(answer)
        assert feedback.status == status, feedback
        assert words in feedback.message, feedback

    return test
