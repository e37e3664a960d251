// The ready text for the Directorate, filled in here: a person copies, changes and sends it.

export function directorate({ file, content }, { signal }) {
  const place = content.querySelector("#directorate");
  const area = place.querySelector("#directorate-text");
  const tongue = place.querySelector("#directorate-tongue");
  const write = () => {
    const named = { topic: place.querySelector("#directorate-topic").checked, place: place.querySelector("#directorate-place").checked };
    area.value = written(file.data.directorate[tongue.value], file.report?.values ?? {}, named);
    area.lang = tongue.value;
    area.dir = tongue.value === "ar" ? "rtl" : "ltr";
  };
  for (const box of place.querySelectorAll("select, [type=checkbox]")) box.addEventListener("change", write, { signal });
  place.addEventListener("toggle", () => place.open && !area.value && write(), { signal });
}

/** The text: the twin of `write_letter` in bot/usecases/letter.py. */
export function written({ parts: [opening, where, closing], topics, places }, values, named) {
  const topic = named.topic ? values.topics?.find((each) => each in topics) ?? "" : "";
  const parts = [opening.replace("{topic}", topics[topic])];
  const place = named.place ? places[values.governorate] : "";
  if (place) parts.push(where.replace("{place}", place));
  return [...parts, closing].join("\n\n");
}
