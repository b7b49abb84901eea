"""Chart functions: a DataFrame in, an Apache ECharts option out. They know no mart and no page."""
