"""A first look at the customer center (初识客户数据中心): people, tiers, weeks."""

import marimo

__generated_with = "0.25.2"

app = marimo.App(width="medium", app_title="First look 初识客户数据中心")


@app.cell
def _():
    import altair as alt
    import marimo as mo

    import siyu

    return alt, mo, siyu


@app.cell
def _(mo, siyu):
    snapshot = siyu.connect(follow=False)
    as_of = snapshot.manifest.as_of
    mo.md(f"""
    # A first look at the customer center 初识客户数据中心

    Version **{snapshot.version}**, numbers up to and with **{as_of}**. The notebook reads the
    published snapshot, never the warehouse, and stays on this version while it is open.
    What a column means stands in `marts.rpt_data_dictionary` (below).
    """)
    return as_of, snapshot


@app.cell
def _(alt, mo, snapshot):
    tiers = snapshot.polars("""
        select coalesce(lifetime_tier, 'none') as lifetime_tier,
            coalesce(active_tier, 'none') as active_tier, count(*) as customers,
            cast(sum(net_gmv_cny) as double) as net_gmv_cny
        from customer_center.dim_customers
        group by all
        order by all
    """)
    tier_order = ["A", "I", "P", "L", "outside", "none"]
    tier_chart = (
        alt.Chart(tiers)
        .mark_bar()
        .encode(
            x=alt.X(
                "lifetime_tier:N",
                sort=tier_order,
                title="Lifetime tier 历史最高层级",
                axis=alt.Axis(labelAngle=0),
            ),
            y=alt.Y("sum(customers):Q", title="Customers 客户数"),
            color=alt.Color("active_tier:N", sort=tier_order, title="Active tier 当前层级"),
            tooltip=["lifetime_tier", "active_tier", "customers"],
        )
        .properties(width=420, height=260)
    )
    mo.vstack(
        [
            mo.md("""
            ## Who they are: AIPL tiers 人群层级

            The lifetime tier never falls. The active tier falls when nothing that qualifies lies
            within the window of the industry profile; who is *outside* has lapsed altogether.
            *none*: known, but nothing that qualifies for a tier was ever seen.
            """),
            tier_chart,
        ]
    )
    return (tiers,)


@app.cell
def _(alt, as_of, mo, snapshot):
    weeks = snapshot.polars(
        """
        select date_trunc('week', sale_date) as week_start, platform,
            count(*) as orders, cast(sum(net_gmv_cny) as double) as net_gmv_cny
        from customer_center.fct_orders
        where is_valid and sale_date <= ?
        group by all
        order by all
        """,
        [as_of],
    )
    week_chart = (
        alt.Chart(weeks)
        .mark_bar()
        .encode(
            x=alt.X("yearmonthdate(week_start):O", title="Week from 周 (起)"),
            y=alt.Y("sum(net_gmv_cny):Q", title="Net GMV, yuan 净成交额 (元)"),
            color=alt.Color(
                "platform:N", title="Platform 平台", scale=alt.Scale(scheme="tableau20")
            ),
            tooltip=["week_start", "platform", "orders", "net_gmv_cny"],
        )
        .properties(width=560, height=260)
    )
    mo.vstack([mo.md("## What they buy, week by week 周成交"), week_chart])
    return (weeks,)


@app.cell
def _(mo, snapshot):
    dictionary = snapshot.polars("""
        select table_schema, table_name, column_name, label_zh, description
        from marts.rpt_data_dictionary
        order by table_schema, table_name, column_position
    """)
    mo.vstack([mo.md("## What is there 数据字典"), mo.ui.table(dictionary, selection=None)])
    return (dictionary,)


if __name__ == "__main__":
    app.run()
