// Streamlit speaks English alone: its labels are replaced, and the document says its language.
// dashboard/app/shell.py defines siyuLanguage, and siyuWords: what a label may say now -> shall say.
document.documentElement.lang = siyuLanguage;
window.siyuWords = siyuWords;

function siyuTranslated(text) {
  const words = window.siyuWords;
  if (text in words) return words[text];
  const start = Object.keys(words).find((form) => /[ ：]$/.test(form) && text.startsWith(form));
  return start ? words[start] + text.slice(start.length) : text;
}

function siyuTranslate() {
  for (const name of ["aria-label", "placeholder"]) {
    for (const element of document.querySelectorAll(`[${name}]`)) {
      const said = element.getAttribute(name);
      const shall = siyuTranslated(said);
      if (shall !== said) element.setAttribute(name, shall);
    }
  }
}

siyuTranslate();
if (!window.siyuObserver) {
  window.siyuObserver = new MutationObserver(() => siyuTranslate());
  window.siyuObserver.observe(document.body, {
    childList: true, subtree: true, attributes: true, attributeFilter: ["aria-label", "placeholder"],
  });
}
