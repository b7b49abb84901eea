"""Header lines of the private-domain exports, in the order and spelling of their systems."""

from __future__ import annotations


def _headers(*parts: str) -> tuple[str, ...]:
    return tuple("".join(parts).split(","))


WECOM_CONTACTS = _headers(
    "external_userid,name,type,gender,unionid,follow_userid,createtime,add_way,state,",
    "oper_userid,remark,remark_mobiles,tags",
)
"""WeCom external contacts, one row per follow relation."""

WECOM_CUSTOMER_LIST = _headers(
    "客户名称,描述,添加人,添加人账号,添加人所属部门,添加时间,来源,手机,企业,邮箱,地址,职务,电话,",
    "客户等级,意向品类",
)
"""The console's customer list; the last two columns are tag groups of this brand."""

WECOM_EVENTS = _headers(
    "CreateTime,ChangeType,UserID,ExternalUserID,State,WelcomeCode,Source,FailReason"
)
"""Callbacks change_external_contact, flattened."""

WECOM_STATISTICS = _headers(
    "stat_time,userid,new_apply_cnt,new_contact_cnt,chat_cnt,message_cnt,reply_percentage,",
    "avg_reply_time,negative_feedback_cnt",
)
"""Daily figures of an employee."""

WECOM_ACQUISITION_LINKS = _headers(
    "链接名称,用户昵称,添加人,添加人账号,添加人所属部门,添加时间,流量id,线索id"
)
"""Contacts per acquisition link."""

WECOM_MASS_SENDS = _headers(
    "msgid,任务名称,群发类型,userid,external_userid,chat_id,status,send_time"
)
"""Results of mass sends."""

WECOM_GROUPS = _headers("chat_id,群名,群主,群类型,create_time,notice")
"""Customer groups."""

WECOM_GROUP_MEMBERS = _headers(
    "chat_id,userid,type,unionid,join_time,join_scene,invitor_userid,group_nickname,name"
)
"""Members of customer groups."""

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

CRM_MEMBERS = _headers(
    "会员卡号,姓名,手机号,会员等级,积分,余额,开卡门店,开卡时间,入会渠道,专属导购,会员状态,",
    "合并至卡号,天猫昵称,unionid,营销授权",
)
"""The demo brand's CRM: the common template and its own five columns."""

SMS_SENDS = _headers(
    "任务名称,任务批次,手机号,发送时间,发送状态,回执时间,是否点击,点击时间,是否退订,退订时间,",
    "单价(元)",
)
"""Text messages, one row per number and task."""

AI_CALLS = _headers(
    "任务名称,任务批次,被叫号码,呼叫时间,接通状态,通话时长(秒),意向等级,是否加微,费用(元)"
)
"""Calls by a robot."""

EMAIL_SENDS = _headers("活动名称,收件邮箱,发送时间,送达状态,打开时间,点击时间,退订时间,费用(元)")
"""E-mails."""

PARCEL_CARD_SCANS = _headers("扫码时间,卡片批次,渠道活码,openid,unionid,奖励金额,订单号")
"""Scans of the card in the parcel."""

STORE_VISITS = _headers("到店时间,门店名称,会员卡号,手机号,接待导购,来源渠道,是否成交,成交金额")
"""Visits that a guide wrote down."""

REFERRALS = _headers(
    "邀请时间,活动名称,邀请人会员卡号,邀请人手机号,被邀请人会员卡号,被邀请人手机号,状态"
)
"""Invitations from member to member."""

STORE_GUIDES = _headers("导购编号,姓名,门店名称,企微账号,入职日期,月固定成本(元),状态")
"""The brand's list of guides."""

KLAVIYO_PROFILES = _headers(
    "Email,Klaviyo ID,First Name,Last Name,Organization,Title,Phone Number,Address,Address 2,",
    "City,State / Region,Country,Zip Code,Latitude,Longitude,Source,IP Address,",
    "Email Marketing Consent,Email Marketing Consent Timestamp,",
    "Historic Customer Lifetime Value,Total Customer Lifetime Value,",
    "Predicted Customer Lifetime Value,Average Order Value,Historic Number Of Orders,",
    "First Active,Last Active,Profile Created On,Date Added,Last Open,Last Click,",
    "Average Days Between Orders,Email Suppressions",
)
"""Profiles of the e-mail tool."""
