"""Which channel earned the orders (归因对比): every model over the same conversions."""

import marimo

__generated_with = "0.25.2"

app = marimo.App(width="medium", app_title="Attribution compared 归因对比")


@app.cell
def _():
    import altair as alt
    import marimo as mo
    import polars as pl

    import siyu

    return alt, mo, pl, siyu


@app.cell
def _(mo, siyu):
    snapshot = siyu.connect(follow=False)
    mo.md(f"""
    # Which channel earned the orders? 归因对比

    Version **{snapshot.version}**, numbers up to and with **{snapshot.manifest.as_of}**.

    Every model shares out the **same** orders: over all channels each adds up to the same number of
    conversions. Models are views of one thing; never add them. Orders without a known touch stand
    in `(unattributed)`.
    """)
    return (snapshot,)


@app.cell
def _(mo, pl, snapshot):
    lookbacks = snapshot.polars("""
        select lookback_days, bool_or(is_default_lookback) as is_default_lookback
        from marts.rpt_attribution_channel
        group by lookback_days
        order by lookback_days
    """)
    options = [str(days) for days in lookbacks["lookback_days"]]
    usual = lookbacks.filter(pl.col("is_default_lookback"))["lookback_days"]
    lookback = mo.ui.dropdown(
        options,
        value=str(usual[0]) if len(usual) else None,
        label="Look-back, days 回溯窗口 (天)",
    )
    lookback
    return (lookback,)


@app.cell
def _(lookback, mo, pl, snapshot):
    credit = snapshot.polars(
        """
        select channel, model, sum(conversions) as conversions,
            cast(sum(revenue_net_cny) as double) as revenue_net_cny
        from marts.rpt_attribution_channel
        where basis = 'conversion_date' and conversion_type = 'all_orders' and lookback_days = ?
        group by all
        """,
        [int(lookback.value or 0)],
    )
    side_by_side = (
        credit.pivot(on="model", index="channel", values="conversions", sort_columns=True)
        .sort("channel")
        .with_columns(pl.selectors.float().round(2))
    )
    totals = credit.group_by("model").agg(pl.col("conversions").sum().round(6)).sort("model")
    mo.vstack(
        [
            mo.md("## Models side by side 各模型并列 (conversions 转化数)"),
            mo.ui.table(side_by_side, selection=None),
            mo.md("What each model shares out 各模型合计:"),
            mo.ui.table(totals, selection=None),
        ]
    )
    return credit, side_by_side, totals


@app.cell
def _(alt, credit, mo, pl):
    nobody = ("(unattributed)", "(none)")
    attributed = credit.filter(pl.col("conversions") > 0, ~pl.col("channel").is_in(nobody))
    shares = attributed.with_columns(
        share=pl.col("conversions") / pl.col("conversions").sum().over("model")
    )
    share_chart = (
        alt.Chart(shares)
        .mark_circle(size=60, opacity=0.8)
        .encode(
            y=alt.Y("channel:N", sort="-x", title=None),
            x=alt.X(
                "share:Q",
                title="Share of the attributed conversions 转化占比",
                axis=alt.Axis(format=".0%"),
            ),
            color=alt.Color("model:N", title="Model 模型", scale=alt.Scale(scheme="tableau20")),
            tooltip=["channel", "model", alt.Tooltip("share", format=".1%"), "conversions"],
        )
        .properties(width=460)
    )
    mo.vstack(
        [
            mo.md("""
            ## Where the models disagree 模型分歧

            A wide row is a channel whose worth depends on the model: look at its place in the paths
            before moving budget.
            """),
            share_chart,
        ]
    )
    return (shares,)


@app.cell
def _(lookback, mo, snapshot):
    paths = snapshot.polars(
        """
        select path, sum(conversions) as conversions,
            cast(sum(revenue_net_cny) as double) as revenue_net_cny
        from marts.rpt_attribution_path
        where goal = 'order' and lookback_days = ? and conversions > 0
        group by path
        order by conversions desc, path
        limit 20
        """,
        [int(lookback.value or 0)],
    )
    mo.vstack(
        [mo.md("## The twenty most frequent paths 最常见路径"), mo.ui.table(paths, selection=None)]
    )
    return (paths,)


if __name__ == "__main__":
    app.run()
