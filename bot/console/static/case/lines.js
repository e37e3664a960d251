// Opened words on the page: only ever as text, each in its own direction.

/** An element with text in it. */
export function made(tag, text = "", className = "") {
  const element = document.createElement(tag);
  element.textContent = text;
  if (className) element.className = className;
  return element;
}

/** What a person wrote: its own direction, its own lines. */
export function told(text) {
  const element = made("p", text, "told");
  element.dir = "auto";
  return element;
}

/** The lines of a report, but for free text; headings become h3, answers a list of pairs. */
export function showLines(place, lines, comma) {
  const parts = [];
  let pairs = null;
  for (const { kind, label, values } of lines) {
    if (kind === "answer") {
      pairs ??= parts[parts.push(made("dl", "", "answers")) - 1];
      pairs.append(made("dt", label), made("dd", values.join(comma)));
      continue;
    }
    pairs = null;
    if (kind === "heading") parts.push(heading(label, values.join(comma)));
    else if (kind === "caution") parts.push(made("p", label, "caution"));
    else if (kind !== "text") list(parts).append(made("li", label));
  }
  place.replaceChildren(...parts);
}

/** A heading; its value stands in a direction of its own, so that no date is turned around. */
function heading(label, value) {
  const element = made("h3", value ? `${label}: ` : label);
  if (value) element.append(made("bdi", value));
  return element;
}

/** The list at the end, or a new one. */
function list(parts) {
  const last = parts.at(-1);
  if (last?.tagName === "UL") return last;
  return parts[parts.push(made("ul")) - 1];
}

/** The free texts of a report. */
export function showTexts(place, lines) {
  const texts = lines.filter(({ kind }) => kind === "text");
  place.replaceChildren(...texts.flatMap(({ label, values }) => [made("h3", label), told(values[0])]));
  return texts.length > 0;
}
