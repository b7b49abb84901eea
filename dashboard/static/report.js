// The page is complete without this script but for its charts, the menu and the language switch.
const figures = JSON.parse(document.getElementById("figures").textContent);
const charts = new Map();
let echarts = null;
let language = "zh";

function draw(element) {
  const option = figures[element.dataset.figure][language];
  if (!charts.has(element)) charts.set(element, echarts.init(element, null, { renderer: "canvas" }));
  const chart = charts.get(element);
  chart.resize();
  chart.setOption(fitted(option, element.clientWidth), { notMerge: true });
  element.setAttribute("role", "img");
  element.setAttribute("aria-label", element.dataset[language]);
}

function drawShown() {
  if (!echarts) return;
  document.querySelectorAll(".page.shown .chart").forEach(draw);
}

function show(key, focus) {
  document.querySelectorAll(".page").forEach((page) => {
    page.classList.toggle("shown", page.id === "page-" + key);
  });
  document.querySelectorAll("nav button").forEach((tab) => {
    const chosen = tab.dataset.page === key;
    tab.setAttribute("aria-selected", chosen);
    tab.tabIndex = chosen ? 0 : -1;
    if (chosen && focus) tab.focus();
  });
  history.replaceState(null, "", "#" + key);
  drawShown();
}

function speak(chosen) {
  language = chosen;
  document.documentElement.lang = chosen === "zh" ? "zh-CN" : "en";
  document.title = document.body.dataset["title" + (chosen === "zh" ? "Zh" : "En")];
  try { localStorage.setItem("siyu-language", chosen); } catch { /* a private window keeps nothing */ }
  drawShown();
}

function remembered() {
  try { return localStorage.getItem("siyu-language"); } catch { return null; }
}

const tabs = [...document.querySelectorAll("nav button")];
tabs.forEach((tab, position) => {
  tab.addEventListener("click", () => show(tab.dataset.page, false));
  tab.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step) show(tabs[(position + step + tabs.length) % tabs.length].dataset.page, true);
  });
});
document.getElementById("language").addEventListener("click", () => speak(language === "zh" ? "en" : "zh"));
let waiting = null;
addEventListener("resize", () => { clearTimeout(waiting); waiting = setTimeout(drawShown, 150); });

speak(remembered() || (navigator.language.startsWith("zh") ? "zh" : "en"));
const wanted = location.hash.slice(1);
show(tabs.some((tab) => tab.dataset.page === wanted) ? wanted : tabs[0].dataset.page, false);

const source = document.getElementById("echarts").textContent;
const address = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
import(address).then((module) => {
  echarts = module;
  drawShown();
  document.documentElement.dataset.ready = "yes";
}).catch((error) => {
  document.querySelectorAll(".chart").forEach((element) => { element.textContent = String(error); });
  throw error;
});
