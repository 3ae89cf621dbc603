/**
 * Makes an element. Strings become text nodes, so nothing that a model or a file said is ever read as HTML.
 * `properties`: attributes by name, `on...` for listeners; undefined and false leave an attribute out.
 */
export function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === false) continue;
    if (name.startsWith('on')) made.addEventListener(name.slice(2), value);
    else made.setAttribute(name, value === true ? '' : String(value));
  }
  made.append(...children.flat(Infinity).filter((child) => child !== undefined && child !== null && child !== false));
  return made;
}

export function byId(id) {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`The page has no element #${id}.`);
  return found;
}

/** Replaces what an element holds, only when it would look different, so that a selection survives polling. */
export function fill(target, ...children) {
  const next = element('div', {}, ...children);
  if (next.innerHTML !== target.innerHTML) target.replaceChildren(...next.childNodes);
}

export function badge(text, kind = text) {
  return element('span', { class: `badge ${String(kind).replaceAll(/[^\w-]/g, '')}` }, String(text).replaceAll('-', ' '));
}

export function facts(pairs) {
  return pairs.filter(([, value]) => value !== undefined).flatMap(([name, value]) => [element('dt', {}, name), element('dd', {}, value)]);
}

/** `3 min ago`, with the exact time as a title. */
export function ago(iso) {
  const seconds = Math.max(0, (Date.now() - Date.parse(iso)) / 1000);
  const steps = [[60, 's', 1], [3600, 'min', 60], [86_400, 'h', 3600], [Infinity, 'd', 86_400]];
  const [, unit, size] = steps.find(([below]) => seconds < below);
  return element('time', { datetime: iso, title: new Date(iso).toLocaleString() }, seconds < 5 ? 'now' : `${Math.floor(seconds / size)} ${unit} ago`);
}

export function bytes(count) {
  return count < 1024 ? `${count} B` : count < 1024 * 1024 ? `${(count / 1024).toFixed(1)} KB` : `${(count / 1024 / 1024).toFixed(1)} MB`;
}

export function money(usd) {
  return usd === undefined || usd === 0 ? undefined : `$${usd < 0.01 ? usd.toFixed(4) : usd.toFixed(2)}`;
}

export function count(number, one, many = `${one}s`) {
  return `${number.toLocaleString('en')} ${number === 1 ? one : many}`;
}
