"""Order exports of the smaller shops: Youzan, JD, Xiaohongshu, Kuaishou and the WeChat shop."""

from pipelines.simulation.shops.jd import write_jd
from pipelines.simulation.shops.kuaishou import write_kuaishou
from pipelines.simulation.shops.wechat_shop import write_wechat_shop
from pipelines.simulation.shops.xiaohongshu import write_xiaohongshu
from pipelines.simulation.shops.youzan import write_youzan

__all__ = ["write_jd", "write_kuaishou", "write_wechat_shop", "write_xiaohongshu", "write_youzan"]
