// One chart of the app, as Streamlit mounts and updates it; static/chart.js stands before it.
const shown = new WeakMap();
let library = null;

async function draw(element, option, picked) {
  library ||= import(new URL("siyu/echarts.js", document.baseURI).href);
  const echarts = await library;
  const state = shown.get(element);
  if (!state || state.option !== option) return; // gone, or another choice came in the meantime
  state.chart ||= echarts.init(element, null, { renderer: "canvas" });
  state.chart.off("click");
  state.chart.on("click", (at) => picked({ name: at.name, series: at.seriesName, data: at.data }));
  state.chart.setOption(fitted(option, element.clientWidth), { notMerge: true });
}

export default function ({ data, parentElement, setTriggerValue }) {
  const element = parentElement.querySelector(".chart");
  element.style.height = `${data.height}px`;
  const state = shown.get(element) || {};
  shown.set(element, Object.assign(state, { option: data.option, width: element.clientWidth }));
  const picked = (value) => setTriggerValue("picked", value);
  draw(element, data.option, picked);
  state.observer ||= new ResizeObserver(() => {
    if (!state.chart || !element.clientWidth || element.clientWidth === state.width) return;
    state.width = element.clientWidth;
    state.chart.resize();
    state.chart.setOption(fitted(state.option, state.width), { notMerge: true });
  });
  state.observer.observe(element);
  return () => {
    state.observer.disconnect();
    if (state.chart) state.chart.dispose();
    shown.delete(element);
  };
}
