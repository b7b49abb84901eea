// The calendar of a day's field: days from its data-first to its data-last, in the page's language.
const DAY = 86_400_000;
const written = (day) => day.toISOString().slice(0, 10);

function say(day, form) {
  const language = document.documentElement.lang;
  return new Intl.DateTimeFormat(language, { ...form, timeZone: "UTC" }).format(day);
}

// A day as people write it: 2026-8-5, 20260805, 2026年8月5日. The page tells of anything else.
function dayOf(text) {
  const parts = text.trim().match(/^(\d{4})\D?(\d{1,2})\D?(\d{1,2})\D?$/);
  return parts ? parts.slice(1).map((part) => part.padStart(2, "0")).join("-") : text.trim();
}

function within(field, day) {
  const [first, last] = [field.dataset.first, field.dataset.last].map((text) => new Date(text));
  return day < first ? first : day > last ? last : day;
}

// The month before or after; on the same day of it, or on its last.
function otherMonth(day, step) {
  const end = new Date(Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + step + 1, 0));
  return new Date(end - DAY * Math.max(0, end.getUTCDate() - day.getUTCDate()));
}

function cell(field, name, day, at) {
  const one = document.createElement("button");
  Object.assign(one, { type: "button", name, value: written(day), innerText: day.getUTCDate() });
  one.setAttribute("aria-label", say(day, { dateStyle: "full" }));
  if (one.value === field.querySelector("input").value) one.setAttribute("aria-current", "date");
  one.disabled = +day !== +within(field, day);
  one.tabIndex = +day === +at ? 0 : -1;
  return one;
}

function step(sign, label, isPossible, go) {
  const one = document.createElement("button");
  Object.assign(one, { type: "button", innerText: sign, disabled: !isPossible, onclick: go });
  one.setAttribute("aria-label", label);
  return one;
}

function showMonth(field, box, at) {
  const { earlier, later, first, last } = field.dataset;
  const start = new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), 1));
  const blanks = (start.getUTCDay() + 6) % 7; // weeks begin on Monday
  const days = new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1, 0)).getUTCDate();
  const head = document.createElement("div");
  const title = document.createElement("strong");
  title.innerText = say(at, { year: "numeric", month: "long" });
  title.setAttribute("aria-live", "polite");
  const go = (months) => () => showMonth(field, box, within(field, otherMonth(at, months)));
  head.append(
    step("‹", earlier, written(start) > first, go(-1)), title,
    step("›", later, written(start).slice(0, 7) < last.slice(0, 7), go(1)),
  );
  const grid = document.createElement("div");
  grid.className = "grid";
  for (let place = 0; place < 7; place++) { // 1 January 2024 was a Monday
    const name = document.createElement("span");
    name.innerText = say(new Date(Date.UTC(2024, 0, 1 + place)), { weekday: "narrow" });
    name.ariaHidden = "true";
    grid.append(name);
  }
  for (let place = 0; place < days; place++) {
    const one = cell(field, field.querySelector("input").name, new Date(+start + place * DAY), at);
    if (!place) one.style.gridColumnStart = blanks + 1;
    grid.append(one);
  }
  box.replaceChildren(head, grid, hintOf(field));
  grid.querySelector("[tabindex='0']").focus();
}

function hintOf(field) {
  const hint = document.createElement("p");
  hint.innerText = field.dataset.hint;
  return hint;
}

function close(field, isFocusBack) {
  field.querySelector("[role=dialog]")?.remove();
  const opener = field.querySelector(".calendar");
  opener.setAttribute("aria-expanded", "false");
  if (isFocusBack) opener.focus();
}

// Opens the calendar of a field, or closes it when it is open.
function toggleCalendar(field) {
  if (field.querySelector("[role=dialog]")) return close(field, true);
  const box = document.createElement("div");
  box.setAttribute("role", "dialog");
  const opener = field.querySelector(".calendar");
  box.setAttribute("aria-label", opener.getAttribute("aria-label"));
  opener.setAttribute("aria-expanded", "true");
  field.append(box);
  const moves = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };
  box.onkeydown = (event) => {
    const { key, target } = event;
    if (key === "Escape") return close(field, true);
    const months = { PageUp: -1, PageDown: 1 }[key];
    if (!target.value || !(moves[key] || months)) return;
    event.preventDefault();
    const day = new Date(target.value);
    const next = months ? otherMonth(day, months) : new Date(+day + moves[key] * DAY);
    showMonth(field, box, within(field, next));
  };
  const leave = ({ type, target, relatedTarget }) => {
    const to = type === "focusout" ? relatedTarget : target;
    if (!to || field.contains(to)) return;
    removeEventListener("pointerdown", leave);
    close(field, false);
  };
  field.onfocusout = leave;
  addEventListener("pointerdown", leave);
  const chosen = new Date(field.querySelector("input").value);
  showMonth(field, box, within(field, isNaN(chosen) ? new Date(field.dataset.last) : chosen));
}
