"""Header lines of the simulated exports, in the platforms' own order and spelling."""

from __future__ import annotations


def _headers(*parts: str) -> tuple[str, ...]:
    return tuple("".join(parts).split(","))


TMALL_ORDERS = _headers(
    "订单编号,买家会员名,买家会员昵称,支付单号,支付详情,买家应付货款,买家应付邮费,",
    "买家支付积分,总金额,返点积分,买家实际支付金额,买家实际支付积分,订单状态,买家留言,",
    "收货人姓名,收货地址,运送方式,联系电话,联系手机,虚拟号过期时间,订单创建时间,订单付款时间,",
    "宝贝标题,宝贝种类,物流单号,物流公司,订单备注,宝贝总数量,店铺Id,店铺名称,订单关闭原因,",
    "卖家服务费,买家服务费,发票抬头,是否手机订单,分阶段订单信息,特权订金订单id,",
    "是否上传合同照片,是否上传小票,是否代付,定金排名,修改后的sku,修改后的收货地址,异常信息,",
    "天猫卡券抵扣,集分宝抵扣,是否是O2O交易,新零售交易类型,新零售导购门店名称,",
    "新零售导购门店id,新零售发货门店名称,新零售发货门店id,退款金额,预约门店,确认收货时间,",
    "打款商家金额,含应开票给个人的个人红包,是否信用购,体验期结束时间,前N有礼,配送类型,",
    "直播返现状态,返现金额,延迟发货自动赔付金额,新零售成交门店昵称,新零售成交门店id,",
    "新零售成交经销商id,预售订单,发货时间,商家备忘,主订单编号",
)
"""Tmall order report (订单报表), CSV of 2021-22."""

TMALL_ORDERS_XLSX = _headers(
    "订单编号,支付单号,支付详情,买家应付货款,买家应付邮费,总金额,买家实付金额,订单创建时间,",
    "订单付款时间,商品标题,退款金额,是否主动赔付,主动赔付金额,主动赔付出账时间,商品属性SKU,",
    "C2B小额收款,确认收货打款金额,含应开票给个人红包,总金额(旧版)",
)
"""Tmall order report of 2026: one operator's choice of columns, no nick and no status."""

TMALL_ITEMS = _headers(
    "子订单编号,主订单编号,标题,价格,购买数量,外部系统编号,商品属性,套餐信息,备注,订单状态,",
    "商家编码,支付单号,买家应付货款,买家实际支付金额,退款状态,退款金额,订单创建时间,",
    "订单付款时间,商品id,分阶段订单信息,主订单备注,主订单买家留言,发货时间,物流单号,物流公司,",
    "是否赔付,赔付金额,赔付出账时间",
)
"""Tmall item report (宝贝报表), CSV of 2023."""

TMALL_ITEMS_XLSX = _headers(
    "子订单编号,主订单编号,商品标题,商品价格,购买数量,外部系统编号,商品属性,套餐信息,",
    "联系方式备注,订单状态,商家编码,支付单号,买家应付货款,买家实付金额,退款状态,退款金额,",
    "订单创建时间,订单付款时间,淘鲜达渠道,商品ID,分阶段信息,备注标签,商家备注,主订单买家留言,",
    "是否主动赔付,主动赔付金额,主动赔付出账时间",
)
"""Tmall item report, xlsx of 2024."""

DOUYIN_ORDERS = _headers(
    "主订单编号,子订单编号,选购商品,商品规格,商品数量,商品ID,商家编码,商品单价,订单应付金额,",
    "运费,优惠总金额,平台优惠,商家优惠,达人优惠,商家改价,支付优惠,红包抵扣,支付方式,手续费,",
    "收件人,收件人手机号,省,市,区,街道,详细地址,是否修改过地址,地址修改时段,买家留言,",
    "订单提交时间,旗帜颜色,商家备注,订单完成时间,支付完成时间,APP渠道,流量来源,订单状态,",
    "承诺发货时间,订单类型,鲁班落地页ID,达人ID,达人昵称,所属门店ID,售后状态,取消原因,",
    "预约发货时间,仓库ID,仓库名称,是否安心购,广告渠道,流量类型,流量体裁,流量渠道,发货主体,",
    "发货主体明细,发货时间,降价类优惠,平台实际承担优惠金额,商家实际承担优惠金额,",
    "达人实际承担优惠金额,预计送达时间,是否平台仓自流转,车型,商品69码,发货SN码,发货IMEI码1,",
    "发货IMEI码2,预约送达时间,建议发货时间（起）,建议发货时间（止）,物流SN码,物流IMEI码1,",
    "物流IMEI码2",
)
"""Douyin shop orders, the 73-column CSV."""

DOUYIN_ORDERS_XLSX = _headers(
    "主订单编号,子订单编号,支付方式,选购商品,货号,商品ID,商家编码,商品数量,商品金额,",
    "订单提交时间,支付完成时间,订单完成时间,承诺发货时间,预约发货时间,买家留言,旗帜颜色,",
    "商家备注,APP渠道,订单状态,取消原因,售后状态,订单类型,发货时间,车型,是否是以旧换新,",
    "换新额外补贴,换新额外补贴发放状态,订单应付金额,运费,优惠总金额,平台优惠,商家优惠,",
    "达人优惠,商家改价,支付优惠,手续费,红包抵扣,降价类优惠,平台实际承担优惠金额,",
    "商家实际承担优惠金额,达人实际承担优惠金额,收件人,收件人手机号,省,市,区,街道,详细地址,",
    "是否修改过地址,快递信息,序列号,达人ID,达人昵称,拼团订单团编号,商品单价是否含税,税费,",
    "鲁班落地页ID,所属门店ID,流量来源,仓库ID,仓库名称,是否安心购,广告渠道,流量类型,流量体裁,",
    "流量渠道,发货主体,发货主体明细,教育优惠,预计送达时间,是否平台仓自流转,是否是渠道商品,",
    "预约送达时间,建议发货时间（起）,建议发货时间（止）",
)
"""Douyin shop orders, the 75-column xlsx."""

WECOM_CONTACTS = _headers(
    "external_userid,name,type,gender,unionid,follow_userid,createtime,add_way,state,",
    "oper_userid,remark,remark_mobiles,tags",
)
"""WeCom external contacts, one row per follow relation."""

OA_FOLLOWERS = _headers(
    "subscribe,openid,language,subscribe_time,unionid,remark,groupid,tagid_list,",
    "subscribe_scene,qr_scene,qr_scene_str",
)
"""Official-account followers."""

YOUZAN_CUSTOMERS = _headers(
    "客户姓名,客户昵称,客户手机号,客户生日,客户性别,标签,是否会员,成长值,免费等级,付费等级,",
    "权益卡,客户积分,客户储值余额,消费次数,消费金额,累计退款金额,累计退款订单数,笔单价,",
    "上次消费时间,分销员,导购员,企微好友,来源渠道,来源方式,成为客户时间,成为会员时间,",
    "成为会员店铺,公众号,公众号关注时间,最近浏览时间,微信地域,所属区域,指定时间消费次数,",
    "指定时间消费金额",
)
"""Youzan customers; the file adds an unnamed column behind a trailing comma."""

OCEANENGINE_PROJECTS = _headers(
    "时间-天,项目ID,项目名称,消耗,展示数,平均千次展现费用(元),点击数,点击率%,",
    "平均点击单价(元),转化数,平均转化成本,转化率%,深度转化数,深度转化成本,深度转化率%",
)
"""OceanEngine report per project and day."""

CRM_MEMBERS = _headers(
    "会员卡号,姓名,手机号,会员等级,积分,余额,开卡门店,开卡时间,入会渠道,专属导购,会员状态,",
    "合并至卡号,天猫昵称,unionid,营销授权",
)
"""The demo brand's CRM: the common template and its own five columns."""

POS_SALES = _headers(
    "销售日期,门店名称,收银机,小票号,会员卡号,物料编码,物料描述,销售数量,销售金额,收银员",
)
"""The demo brand's tills: the common template with till and product code."""
