"""What a reason or a remedy of a rejected cell says in Chinese, for people who read dashboards.

The ledger keeps the English text that the checks write; a name in braces stands for what differs.
"""

from __future__ import annotations

CHINESE = {
    # convert.py
    "not a text": "不是文本",
    "not an id": "不是有效编号",
    "not valid JSON": "不是有效的 JSON",
    "not a whole number": "不是整数",
    "not an amount in yuan": "不是金额（元）",
    "not a number": "不是数字",
    "not a percentage": "不是百分比",
    "neither yes nor no (known: {known})": "既不是“是”也不是“否”（可识别：{known}）",
    "not a time": "不是时间",
    "not an epoch second": "不是时间戳（秒）",
    "not a date": "不是日期",
    "before {day}": "早于 {day}",
    "more than a year after the export of the file (after {day})":
        "晚于文件导出时间一年以上（{day} 之后）",
    "a spreadsheet turned the number into an exponent and lost its last digits":
        "表格软件把编号转成了科学计数法，末尾数字已丢失",
    "correct the cell": "请更正该单元格",
    "correct the cell, such as {example}": "请更正该单元格，例如 {example}",
    "export the file again": "请重新导出该文件",
    "correct the cell, or add the text to true_values or false_values of the contract":
        "请更正该单元格，或将该文字加入契约的 true_values 或 false_values",
    "write it as {example} and deliver the file again": "请写成 {example} 的形式并重新交付文件",
    "correct the date in the source system": "请在来源系统中更正日期",
    "export again and deliver the file without opening and saving it in Excel":
        "请重新导出并直接交付，不要用 Excel 打开后另存",
    # check.py
    "a value is required here": "此处必须有值",
    "one of {columns} is required": "{columns} 中至少需要一项",
    "complete the row in the source system and export again": "请在来源系统中补全该行并重新导出",
    # csv_body.py
    "a quotation mark opens or closes where it must not, so the record cannot be split":
        "引号的开合位置有误，无法拆分该记录",
    "correct the quotation marks in that line and deliver the file again":
        "请更正该行的引号并重新交付文件",
    "the record has {cells} cells, the header has {named}":
        "该记录有 {cells} 个单元格，表头有 {named} 个",
    "put the cell that holds a comma in quotation marks and deliver the file again":
        "请给含逗号的单元格加上引号并重新交付文件",
    "export the file again; if this format leaves out trailing cells, set short_rows: pad":
        "请重新导出该文件；若该格式会省略行尾空单元格，请设置 short_rows: pad",
}  # fmt: skip
