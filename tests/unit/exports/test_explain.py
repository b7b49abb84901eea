"""Why a contract fits: every header of the file is accounted for once."""

from __future__ import annotations

from pipelines.exports.explain import explain

CRM = "会员卡号,姓名,手机号,会员等级,积分,余额,开卡门店,开卡时间,入会渠道,专属导购,身份证号,新列\n"
ROW = "80000001,测试甲,19900000001,金卡,1,0.00,一店,2025-06-01,扫码,导购01,x,y\n"


def test_every_header_is_explained_once(check) -> None:
    (part,) = check("members.csv", CRM + ROW)
    facts = explain(part.checked.match)
    assert (facts.known, facts.headers) == (11, 12)
    assert part.report.unknown_headers == ("新列",)
    assert ("会员卡号", "member_id_crm id") in facts.loaded
    assert ("手机号", "a keyed hash and a masked form") in facts.personal
    assert ("姓名", "a masked form") in facts.personal
    assert facts.dropped == ("身份证号",)
    told = [header for header, _ in (*facts.loaded, *facts.personal)]
    told += [*facts.dropped, *facts.not_loaded, *facts.collected, *part.report.unknown_headers]
    assert sorted(told) == sorted(CRM.strip().split(","))


def test_the_variant_and_the_key_are_told(check) -> None:
    header = "时间-天,项目ID,项目名称,消耗,展示数,点击数"
    (part,) = check("project.csv", f"{header}\n2026-05-01,1,a,1,1,1\n")
    facts = explain(part.checked.match)
    assert (part.report.variant, facts.variant) == (
        "project",
        "has 项目ID and lacks 单元ID, 素材ID",
    )
    assert facts.key == ("时间-天",)
    (part,) = check("material_2026-05-01.csv", "素材ID,素材名称,消耗,展示数,点击数\n1,a,1,1,1\n")
    assert explain(part.checked.match).key == ("report_date (from the name of the file or sheet)",)
