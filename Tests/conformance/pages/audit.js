// What a reader with a keyboard, a screen reader or weak eyes would miss on the page as it stands: a list of sentences.
() => {
  const faults = [], visible = e => e.checkVisibility({ visibilityProperty: true }) && e.getClientRects().length;
  const name = e => (e.getAttribute('aria-label') || [...(e.labels || [])].map(l => l.textContent).join(' ') || e.textContent || e.title || '').trim();
  const say = (e, text) => faults.push(`${text}: <${e.tagName.toLowerCase()} id="${e.id}" class="${e.getAttribute('class') || ''}"> ${(e.textContent || '').trim().slice(0, 50)}`);
  let checked = 0;
  for (const e of document.querySelectorAll('button,a[href],input,select,textarea,summary')) { if (!visible(e)) continue; checked++; if (!name(e)) say(e, 'no name'); }
  for (const e of document.querySelectorAll('input,select,textarea')) { checked++; if (!e.labels.length && !e.getAttribute('aria-label')) say(e, 'no label'); }
  for (const e of document.querySelectorAll('label[for]')) { checked++; if (!document.getElementById(e.htmlFor)) say(e, 'label for nothing'); }
  const ids = [...document.querySelectorAll('[id]')].map(e => e.id);
  ids.filter((id, i) => ids.indexOf(id) !== i).forEach(id => faults.push('id twice: ' + id));
  for (const e of document.querySelectorAll('[aria-describedby],[aria-labelledby]')) for (const id of (e.getAttribute('aria-describedby') || e.getAttribute('aria-labelledby')).split(/\s+/)) { checked++; if (!document.getElementById(id)) say(e, 'describes by nothing ' + id); }
  let level = 0;
  for (const e of document.querySelectorAll('h1,h2,h3,h4')) { if (!visible(e)) continue; checked++; const n = +e.tagName[1]; if (n > level + 1) say(e, 'heading skips a level'); level = n; }
  for (const role of ['main', 'header', 'h1']) { checked++; const n = document.querySelectorAll(role).length; if (n !== 1) faults.push(`${n} of ${role}`); }
  for (const [needed, what] of [[document.documentElement.lang, 'lang'], [document.title, 'title'], [document.querySelector('.skip'), 'skip link'], [document.querySelector('[role=status]'), 'live region']]) { checked++; if (!needed) faults.push('no ' + what); }
  checked++; if (document.documentElement.scrollWidth > innerWidth) {
    faults.push(`horizontal scroll: ${document.documentElement.scrollWidth} > ${innerWidth}`);
    for (const e of document.querySelectorAll('main *, aside *')) if (e.getBoundingClientRect().right > innerWidth + 1) { say(e, 'too wide'); break; }
  }
  // Contrast (WCAG 2.2 §1.4.3), of each text against the first opaque ground below it.
  const rgb = text => text.match(/[\d.]+/g).map(Number), light = c => c.slice(0, 3).map(v => v / 255).map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4).reduce((s, v, i) => s + v * [.2126, .7152, .0722][i], 0);
  let lowest = 99;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let t; (t = walker.nextNode());) {
    const e = t.parentElement;
    if (!t.data.trim() || !e || ['SCRIPT', 'STYLE', 'NOSCRIPT', 'OPTION'].includes(e.tagName) || e.namespaceURI.includes('svg') || !visible(e) || e.closest('.skip')) continue;
    let ground = [255, 255, 255];
    for (let up = e; up; up = up.parentElement) { const c = rgb(getComputedStyle(up).backgroundColor); if (c.length < 4 || c[3] > .99) { ground = c; break; } }
    const [a, b] = [light(rgb(getComputedStyle(e).color)), light(ground)].sort((x, y) => y - x), ratio = (a + .05) / (b + .05);
    checked++; lowest = Math.min(lowest, ratio);
    if (ratio < 4.5) say(e, 'contrast ' + ratio.toFixed(2));
  }
  return { faults, checked, lowest };
}
