"""How a drafted export is called: said by the user, told by its place, or by its file name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from pipelines.exports.contract_files import Contracts
from pipelines.exports.drafting.draft import Titles
from pipelines.exports.errors import ExportRefused
from pipelines.settings import Settings

_SOURCES = (
    ("douyin", r"抖店|抖音|douyin|doudian"),
    ("tmall", r"天猫|淘宝|千牛|tmall|taobao|exportorder"),
    ("wechat_shop", r"微信小店|weixin_?shop|wechat_?shop"),
    ("youzan", r"有赞|youzan"),
    ("weimob", r"微盟|weimob"),
    ("jd", r"京东|^jd\b|^jd_"),
    ("xiaohongshu", r"小红书|xhs|xiaohongshu"),
    ("kuaishou", r"快手|kuaishou"),
    ("tiktok_shop", "tiktok"),
    ("shopify", "shopify"),
    ("qianchuan", r"千川|qianchuan"),
    ("oceanengine", r"巨量|oceanengine"),
    ("wecom", r"企微|企业微信|wecom"),
    ("wanxiangtai", r"万相台|wanxiangtai"),
    ("klaviyo", "klaviyo"),
    ("hubspot", "hubspot"),
    ("google_ads", r"google_?ads"),
    ("laike", r"来客|laike"),
    ("pos", r"门店销售|pos_"),
    ("crm", r"会员|crm"),
)
_EXPORTS = (
    ("settlements", r"结算|settlement"), ("cash_flow", r"动账|资金|cash_?flow"),
    ("aftersales", r"售后|退款|after_?sale|refund"), ("live_sessions", r"直播|live"),
    ("items", r"宝贝|商品|明细|detail|item|product"), ("orders", r"订单|order"),
    ("customers", r"客户|customer|contact|profile"), ("members", r"会员|member"),
    ("leads", r"线索|留资|lead|clue"), ("sales", r"销售|售卖|sales"),
    ("reports", r"报表|report|campaign|推广"), ("items", r"item|product"),
)  # fmt: skip


def titles_of(
    files: Iterable[Path],
    contracts: Contracts,
    settings: Settings,
    source: str | None,
    export: str | None,
) -> Titles:
    """Names of the draft's source and export.

    Raises ``ExportRefused`` when they are neither given nor told by the file, or not free.
    """
    path = next(iter(files))
    source = source or _landed_source(path, settings) or _told(_SOURCES, path.name)
    export = export or _told(_EXPORTS, path.name)
    missing = [
        f"--{name} NAME" for name, value in (("source", source), ("export", export)) if not value
    ]
    if source is None or export is None:
        raise ExportRefused(
            f"{path.name} does not tell where it comes from. Say it with {' '.join(missing)}, such "
            "as --source weimob --export orders (lower-case letters, digits and _)."
        )
    for name in (source, export):
        if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
            raise ExportRefused(f"{name!r} is no name. Use lower-case letters, digits and _.")
    if f"{source}_{export}" in contracts.by_name:
        raise ExportRefused(
            f"There is a contract {source}_{export} already. Give the draft another name with "
            f"--export, or add what differs to brand/contracts with `extends: {source}_{export}`."
        )
    words = f"{source} {export}".replace("_", " ")
    chinese = "".join(re.findall(r"[\u4e00-\u9fff]+", path.stem))
    return Titles(source, export, words[0].upper() + words[1:], chinese or words)


def _landed_source(path: Path, settings: Settings) -> str | None:
    """The folder below landing/ in which the file lies."""
    landing = settings.landing_folder.resolve()
    if not path.resolve().is_relative_to(landing):
        return None
    parts = path.resolve().relative_to(landing).parts
    return parts[0] if len(parts) > 1 else None


def _told(known: tuple[tuple[str, str], ...], file_name: str) -> str | None:
    return next((name for name, words in known if re.search(words, file_name, re.IGNORECASE)), None)
