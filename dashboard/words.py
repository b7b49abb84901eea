"""Every word of the dashboard itself, in both languages.

Names of columns come from the data dictionary, names of channels and models from their seeds
(`labels.py`).
"""

from __future__ import annotations

from dashboard.figures import Text

UI = {
    "title": Text("Siyu dashboard", "私域运营看板"),
    "version": Text("Version", "版本"),
    "as_of": Text("Data up to", "数据截至"),
    "language": Text("中文", "English"),
    "skip": Text("Skip to the figures", "跳到图表"),
    "pages": Text("Pages", "页面"),
    "rows": Text("Rows behind this figure ({rows})", "图表数据（{rows} 行）"),
    "rows_cut": Text("The first {shown} of {rows} rows.", "仅显示前 {shown} 行，共 {rows} 行。"),
    "definition": Text("Definition", "口径"),
    "empty": Text("Nothing to show", "暂无数据"),
    "empty_hint": Text(
        "No row fits: choose other filters, or wait until the exports have arrived.",
        "没有符合条件的数据：请调整筛选条件，或等待数据到达。",
    ),
    "loading": Text("Loading…", "加载中…"),
    "error": Text("This figure could not be made", "该图表生成失败"),
    "error_hint": Text(
        "The other figures are not affected. Tell the data team the line below.",
        "其他图表不受影响。请将下方信息告知数据团队。",
    ),
    "from": Text("From", "开始日期"),
    "to": Text("To", "结束日期"),
    "channel": Text("Channel", "渠道"),
    "domain": Text("Domain", "域"),
    "cohort_kind": Text("Cohorts by", "分群方式"),
    "model": Text("Attribution model", "归因模型"),
    "product_role": Text("Product role", "产品角色"),
    "all": Text("All", "全部"),
    "download_csv": Text("Download CSV", "下载 CSV"),
    "download_excel": Text("Download Excel", "下载 Excel"),
    "immature": Text("not fully observed", "未完整观测"),
}

VALUES = {
    "all": Text("All", "全部"),
    "A": Text("A Awareness", "A 认知"),
    "I": Text("I Interest", "I 兴趣"),
    "P": Text("P Purchase", "P 购买"),
    "L": Text("L Loyalty", "L 忠诚"),
    "outside": Text("Outside", "层级外"),
    "new": Text("New", "新进入"),
    "public": Text("Public", "公域"),
    "commercial": Text("Commercial", "商域"),
    "private": Text("Private", "私域"),
    "(unattributed)": Text("Unattributed", "未归因"),
    "(none)": Text("Not stated", "未标明"),
    "(other)": Text("Other", "其他"),
    "(no order)": Text("No purchase yet", "尚未购买"),
    "first_touch": Text("First touch", "首次触达"),
    "deposit": Text("Deposit", "沉淀"),
    "first_order": Text("First order", "首单"),
    "guest_order": Text("Guest order", "匿名订单"),
    "traffic": Text("Traffic product", "引流品"),
    "bundle": Text("Bundle product", "组合品"),
    "repurchase": Text("Repurchase product", "复购品"),
    "profit": Text("Profit product", "利润品"),
    "repurchase_rate": Text("Repurchase rate", "窗口复购率"),
    "roas": Text("ROAS", "投产比"),
    "private_share": Text("Private share of sales", "私域成交占比"),
    "refund_rate": Text("Refund rate", "退款率"),
    "leads": Text("Leads", "留资数"),
    "purchase_share": Text("Purchase share", "购买占比"),
    "crm": Text("CRM", "CRM 会员"),
    "douyin": Text("Douyin", "抖音"),
    "jd": Text("JD", "京东"),
    "klaviyo": Text("Klaviyo", "Klaviyo"),
    "kuaishou": Text("Kuaishou", "快手"),
    "oceanengine": Text("OceanEngine", "巨量引擎"),
    "official_account": Text("Official account", "公众号"),
    "outreach": Text("Outreach", "触达"),
    "parcel_cards": Text("Parcel cards", "包裹卡"),
    "pos": Text("POS", "门店收银"),
    "qianchuan": Text("Qianchuan", "千川"),
    "referrals": Text("Referrals", "老带新"),
    "stores": Text("Stores", "门店"),
    "tencent_ads": Text("Tencent Ads", "腾讯广告"),
    "tmall": Text("Tmall", "天猫"),
    "wanxiangtai": Text("Wanxiangtai", "万相台"),
    "wechat_shop": Text("WeChat shop", "微信小店"),
    "wecom": Text("WeCom", "企业微信"),
    "xiaohongshu": Text("Xiaohongshu", "小红书"),
    "xiaohongshu_ads": Text("Xiaohongshu ads", "小红书广告"),
    "youzan": Text("Youzan", "有赞"),
    "yuntu": Text("Yuntu", "云图"),
}

COLUMNS = {
    "rate_low": Text("Lower end (95 %)", "置信下限 (95%)"),
    "rate_high": Text("Upper end (95 %)", "置信上限 (95%)"),
    "reached_customers": Text("Reached this tier", "达到该层客户数"),
    "from_tier": Text("From tier", "原层级"),
    "to_tier": Text("To tier", "现层级"),
}
