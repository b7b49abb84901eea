"""Words that only the interactive app has."""

from __future__ import annotations

from dashboard.figures import Text

APP = {
    "clear": Text("Clear filters", "清除筛选"),
    "newest": Text("Newest version", "最新版本"),
    "published_at": Text("Published", "发布时间"),
    "late_exports": Text("Late exports", "滞后的导出"),
    "late_exports_of": Text("{late} of {all}", "{late} / {all} 类"),
    "old_version": Text(
        "You are looking at a kept version, not at the newest one.",
        "当前查看的是历史版本，不是最新版本。",
    ),
    "newer": Text(
        "Version {version} has been published since you opened this page.",
        "打开页面后已发布新版本 {version}。",
    ),
    "show_newest": Text("Show the newest version", "查看最新版本"),
    "loading": Text("Loading {done} of {all}…", "加载中 {done} / {all}…"),
    "metric": Text("Metric", "指标"),
    "formula": Text("Formula", "公式"),
    "caveats": Text("Mind", "注意"),
    "owner": Text("Owner", "负责人"),
    "source": Text("Rows come from", "数据来自"),
    "picked": Text("Rows of “{name}” in the chart", "图中“{name}”对应的数据"),
    "show_all": Text("Show all rows", "显示全部数据"),
    "rows_of": Text(
        "Only the rows of (or click it in the chart)", "只看图中某一元素的数据（也可直接点击图表）"
    ),
    "not_in_version": Text(
        "{name} “{value}” of the address is not in this version and was left out.",
        "链接中的{name}“{value}”不在该版本中，已忽略。",
    ),
    "no_days": Text(
        "The first day lies after the last one: no day is left.",
        "开始日期晚于结束日期，没有可显示的日期。",
    ),
    "skip": Text("Skip to main content", "跳到正文"),
    "choose_day": Text("Choose a day: ", "选择日期："),
    "day_form": Text("YYYY-MM-DD", "年-月-日"),
    "earlier": Text("The month before", "上个月"),
    "later": Text("The month after", "下个月"),
    "calendar_hint": Text(
        "Arrow keys move between days, Enter chooses, Escape closes.",
        "用方向键移动日期，回车选择，Esc 关闭。",
    ),
    "nothing_published": Text("Nothing is published yet", "尚未发布任何数据"),
    "nothing_published_hint": Text(
        "Drop exports into {landing} and run the line below; this page then shows the figures.",
        "请将平台导出文件放入 {landing}，再运行下面的命令；完成后刷新本页即可。",
    ),
    "unknown_version": Text("This version is not kept any more", "该版本已不再保留"),
    "unknown_version_hint": Text(
        "The link names a version that has been retired. Choose another one, or the newest.",
        "链接中的版本已被清理，请选择其他版本或查看最新版本。",
    ),
    "broken": Text("The snapshot cannot be read", "数据快照无法读取"),
    "broken_hint": Text(
        "Tell the data team the line below. An older version may still open: see the menu.",
        "请将下方信息告知数据团队；也可在菜单中选择较早的版本。",
    ),
}
