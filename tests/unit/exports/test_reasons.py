"""Every reason and remedy that the checks write has a Chinese text, and no other has one."""

from __future__ import annotations

import inspect
import re

import pytest

from dashboard.sentences import in_chinese
from pipelines.exports import check, convert, csv_body
from pipelines.exports.reasons import CHINESE

TOLD = [part for form in convert._FORMS.values() for part in (form.reason, form.remedy)]
TOLD += [*convert._DAMAGED_ID, *check._REQUIRED, *csv_body._BROKEN]
TOLD += [csv_body._width_remedy(is_longer) for is_longer in (True, False)]


@pytest.mark.parametrize("text", sorted(set(TOLD)))
def test_what_is_told_can_be_told_in_chinese(text: str) -> None:
    chinese = in_chinese(text)
    assert chinese
    assert re.search(r"[\u4e00-\u9fff]", chinese)


def test_what_differs_from_cell_to_cell_is_kept() -> None:
    assert in_chinese("before 1990-01-01") == "早于 1990-01-01"
    assert in_chinese("the record has 3 cells, the header has 71") == (
        "该记录有 3 个单元格，表头有 71 个"
    )
    assert in_chinese("one of phone, openid is required") == "phone, openid 中至少需要一项"
    assert in_chinese("Today is a good day") is None


def test_no_text_is_kept_that_nobody_writes() -> None:
    source = "".join(inspect.getsource(module) for module in (check, convert, csv_body))
    for text in CHINESE:
        assert re.split(r"\{|\(", text)[0].strip() in source, text
