"""What the brand buys and shows in public: ads, live sessions, leads, the 5A totals."""

from pipelines.simulation.media.leads import write_leads
from pipelines.simulation.media.live_sessions import write_live_sessions
from pipelines.simulation.media.oceanengine import write_oceanengine
from pipelines.simulation.media.qianchuan import write_qianchuan
from pipelines.simulation.media.tencent_ads import write_tencent_ads
from pipelines.simulation.media.wanxiangtai import write_wanxiangtai
from pipelines.simulation.media.xiaohongshu_ads import write_juguang, write_pugongying
from pipelines.simulation.media.yuntu import write_yuntu

__all__ = [
    "write_juguang",
    "write_leads",
    "write_live_sessions",
    "write_oceanengine",
    "write_pugongying",
    "write_qianchuan",
    "write_tencent_ads",
    "write_wanxiangtai",
    "write_yuntu",
]
