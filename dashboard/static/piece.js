// One piece of the app, as Streamlit mounts and updates it. Before it stand static/chart.js and
// static/calendar.js, and STYLE, which is static/app.css: see dashboard/app/browser.py.
const sheet = new CSSStyleSheet();
sheet.replaceSync(STYLE);
document.adoptedStyleSheets.push(sheet);
const shown = new WeakMap();
let library = null;

async function draw(state) {
  const { option, place } = state;
  library ||= import(new URL("siyu/echarts.js", document.baseURI).href);
  const echarts = await library;
  if (state.option !== option || state.place !== place) return; // another one came in the meantime
  if (!state.chart) {
    state.chart = echarts.init(place, null, { renderer: "canvas" });
    state.chart.on("click", ({ name, seriesName: series, data }) =>
      state.choose({ name: "picked", value: { name, series, data } }));
    state.observer = new ResizeObserver(() => {
      if (!place.clientWidth || place.clientWidth === state.width) return;
      state.chart.resize();
      write(state);
    });
    state.observer.observe(place);
  }
  write(state);
}

function write(state) {
  state.width = state.place.clientWidth;
  state.chart.setOption(fitted(JSON.parse(state.option), state.width), { notMerge: true });
}

function erase(state) {
  if (state.observer) state.observer.disconnect();
  if (state.chart) state.chart.dispose();
  state.chart = state.observer = state.place = null;
}

// The document's language, by which fonts and screen readers go, and Streamlit's one word.
function speak({ lang, dataset }) {
  document.documentElement.lang = lang;
  const skip = document.querySelector("[data-testid=stSkipToContent]")?.firstChild;
  if (skip) skip.data = dataset.skip;
}

// New words around the same chart: what has the focus keeps it, what is open stays open.
function replace(piece, state, html) {
  const at = piece.contains(document.activeElement) ? document.activeElement : null;
  const isOpen = piece.querySelector("details")?.open;
  const fresh = document.createElement("template");
  fresh.innerHTML = html;
  const place = fresh.content.querySelector(".chart");
  if (place && state.place) place.replaceWith(state.place);
  else {
    erase(state);
    state.place = place;
  }
  piece.replaceChildren(fresh.content);
  const header = piece.querySelector("header[lang]");
  if (header) speak(header);
  if (isOpen && piece.querySelector("details")) piece.querySelector("details").open = true;
  const named = at?.name ? [...piece.querySelectorAll(`[name="${at.name}"]`)] : [];
  (named.find((one) => one.value === at.value) || named[0])?.focus();
}

export default function ({ data, parentElement, setTriggerValue }) {
  const piece = parentElement.querySelector(".piece");
  const state = shown.get(piece) || {};
  shown.set(piece, state);
  const turn = (state.turn = {});
  state.choose = (choice) => setTriggerValue("chosen", choice);
  piece.onclick = ({ target }) => {
    if (target.closest(".calendar")) toggleCalendar(target.closest(".pick-day"));
    const button = target.closest("button[name]");
    if (button) state.choose({ name: button.name, value: button.value });
  };
  piece.onchange = ({ target }) => {
    const value = target.closest(".pick-day") ? dayOf(target.value) : target.value;
    state.choose({ name: target.name, value });
  };
  if (data.html !== state.html) replace(piece, state, data.html);
  const isDrawn = state.chart && state.option === data.option;
  Object.assign(state, data);
  if (state.place && !isDrawn) draw(state);
  return () => {
    if (state.turn !== turn) return;
    erase(state);
    shown.delete(piece);
  };
}
