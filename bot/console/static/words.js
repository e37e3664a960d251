// The texts of this page: scripts hold keys, never words (bot/console/words.py).

/** The text of `key`, with `{name}` filled in from `values`. */
export function words(key, values = {}) {
  const found = table()[key] ?? key;
  return found.replace(/\{([a-z][a-z0-9_]*)\}/g, (whole, name) =>
    name in values ? `\u2068${values[name]}\u2069` : whole);
}

function table() {
  return JSON.parse(document.getElementById("words").content.textContent);
}
