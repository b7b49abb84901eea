// Streamlit speaks English alone: its labels are replaced, and the document says its language.
// dashboard/app/shell.py defines siyuLanguage, and siyuWords: what a label may say now -> shall say.
document.documentElement.lang = siyuLanguage;
{ // Streamlit's calendar goes by the browser's language
  const locale = siyuLanguage === "en" ? "en-US" : siyuLanguage;
  if (navigator.language !== locale) {
    Object.defineProperty(navigator, "language", { value: locale, configurable: true });
    Object.defineProperty(navigator, "languages", { value: [locale], configurable: true });
    dispatchEvent(new Event("languagechange"));
  }
}
window.siyuWords = siyuWords;
window.siyuStarts = Object.keys(siyuWords).filter((form) => /[ ：]$/.test(form));
const siyuSpoken = ["aria-label", "aria-valuetext", "placeholder"];

function siyuTranslated(text) {
  const words = window.siyuWords;
  if (text in words) return words[text];
  const start = window.siyuStarts.find((form) => text.startsWith(form));
  return start ? words[start] + text.slice(start.length) : text;
}

function siyuTranslate() {
  for (const name of siyuSpoken) {
    for (const element of document.querySelectorAll(`[${name}]`)) {
      const said = element.getAttribute(name);
      const shall = siyuTranslated(said);
      if (shall !== said) element.setAttribute(name, shall);
    }
  }
}

const siyuTexts = "[role=dialog] :not(:has(*)), [data-testid=stSkipToContent]";

function siyuTranslateTexts() {
  for (const element of document.querySelectorAll(siyuTexts)) {
    const text = element.firstChild;
    const shall = text && text.nodeType === Node.TEXT_NODE ? siyuTranslated(text.data) : null;
    if (shall !== null && shall !== text.data) text.data = shall;
  }
}

siyuTranslate();
siyuTranslateTexts();
if (!window.siyuObserver) {
  window.siyuObserver = new MutationObserver(() => { siyuTranslate(); siyuTranslateTexts(); });
  window.siyuObserver.observe(document.body, {
    childList: true, subtree: true, attributes: true, attributeFilter: siyuSpoken,
  });
}
