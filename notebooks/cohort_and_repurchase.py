"""Do customers come back (同期群与复购): cohorts beside repurchase rates."""

import marimo

__generated_with = "0.25.2"

app = marimo.App(width="medium", app_title="Cohorts and repurchase 同期群与复购")


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
    # Do customers come back? 同期群与复购

    Version **{snapshot.version}**, numbers up to and with **{snapshot.manifest.as_of}**.

    - A **cohort** (同期群) is everybody whose first order lies in one period. A cell whose period
      has not ended is *immature*: it is left out, it is never a drop.
    - A **repurchase rate** (复购率) counts buyers observed for the whole window only; Kaplan-Meier
      also uses the others for as long as they were seen.
    """)
    return (snapshot,)


@app.cell
def _(mo):
    period = mo.ui.dropdown(["week", "month"], value="week", label="Cohort by 同期群周期")
    period
    return (period,)


@app.cell
def _(alt, mo, period, snapshot):
    cohorts = snapshot.polars(
        """
        select cast(cohort_period as varchar) as cohort_period, k, cohort_size,
            active_customers, retention_rate
        from marts.rpt_cohort
        where cohort_kind = 'first_order' and clock = 'calendar' and segment_type = 'all'
            and cohort_period_type = ? and is_mature and k <= 12
        order by cohort_period, k
        """,
        [period.value],
    )
    heatmap = (
        alt.Chart(cohorts)
        .mark_rect()
        .encode(
            x=alt.X("k:O", title=f"{period.value}s since the first order 距首单周期数"),
            y=alt.Y("cohort_period:O", title="Cohort 同期群"),
            color=alt.Color(
                "retention_rate:Q",
                title="Active 留存率",
                scale=alt.Scale(scheme="blues"),
                legend=alt.Legend(format=".0%"),
            ),
            tooltip=[
                *("cohort_period", "k", "cohort_size", "active_customers"),
                alt.Tooltip("retention_rate", format=".1%"),
            ],
        )
        .properties(width=520, height=alt.Step(22))
    )
    mo.vstack([mo.md("## Cohorts by first order 首单同期群"), heatmap])
    return (cohorts,)


@app.cell
def _(alt, mo, snapshot):
    curve = snapshot.polars("""
        select duration_days, at_risk, rate_km
        from marts.rpt_repurchase_curve
        where cohort = 'all' and segment_type = 'all' and from_n = 1
        order by duration_days
    """)
    curve_chart = (
        alt.Chart(curve)
        .mark_line(interpolate="step-after")
        .encode(
            x=alt.X("duration_days:Q", title="Days since the first purchase 距首购天数"),
            y=alt.Y("rate_km:Q", title="Bought again 已复购", axis=alt.Axis(format=".0%")),
            tooltip=["duration_days", "at_risk", alt.Tooltip("rate_km", format=".1%")],
        )
        .properties(width=520, height=240)
    )
    mo.vstack(
        [mo.md("## When the second purchase comes 复购曲线 (Kaplan-Meier)"), curve_chart],
    )
    return (curve,)


@app.cell
def _(mo, pl, snapshot):
    windows = snapshot.polars("""
        select window_days, customers, eligible, repurchased, rate_mature, rate_naive, rate_km,
            wilson_low, wilson_high
        from marts.rpt_repurchase_window
        where cohort = 'all' and segment_type = 'all' and from_n = 1
        order by window_days
    """).with_columns(pl.selectors.float().round(4))
    understated = windows.select(
        "window_days", understated=pl.col("rate_mature") - pl.col("rate_naive")
    ).drop_nulls()
    mo.vstack(
        [
            mo.md("""
            ## Three ways to count, and what they differ by 三种口径

            `rate_naive` divides by everybody, also by those who have not had the time yet: it
            understates the longer windows of a growing brand. The second table says by how much.
            An empty `rate_mature`: nobody is observed so long.
            """),
            mo.ui.table(windows, selection=None),
            mo.ui.table(understated, selection=None),
        ]
    )
    return understated, windows


if __name__ == "__main__":
    app.run()
