// Private notes, the plan, and what they say.
import { busy, sentence } from "../forms.js";
import { say } from "../notices.js";
import { moment } from "../times.js";
import { words } from "../words.js";
import { made, told } from "./lines.js";
import { noteLines } from "./referrals.js";

const HOUR = 3600;

export function showNotes({ file, content }) {
  const shown = file.notes.filter(({ kind }) => kind !== "sent" && kind !== "plan");
  const place = content.querySelector("#notes");
  if (shown.length) place.replaceChildren(...shown.map((note) => item(note, file)));
  else place.replaceChildren(made("li", words("no_notes"), "calm"));
  showPlan(file, content);
}

function item(note, file) {
  const element = made("li");
  const facts = made("p", "", "facts");
  facts.append(
    made("strong", words(`note_${note.kind}`)),
    made("span", words("by_at", { handle: note.author, time: moment(note.hour * HOUR) })));
  element.append(facts);
  if (note.refused) element.append(made("p", words(`refused_${note.refused}`), "caution"));
  else element.append(...body(note, file));
  return element;
}

function body({ kind, body: said }, file) {
  if (kind === "referral") return noteLines(said, file).map((line) => told(line));
  const parts = [];
  if (said.exported) parts.push(made("p", words("exported", { kind: said.exported })));
  if (said.text) parts.push(told(said.text));
  return parts;
}

/** The newest plan fills the form, unless somebody is writing in it. */
function showPlan(file, content) {
  const form = content.querySelector("#plan-form");
  const plan = file.notes.filter(({ kind, body: said }) => kind === "plan" && said).at(-1);
  const boxes = [...form.querySelectorAll("[type=checkbox]")];
  const done = plan?.body.steps ?? [];
  content.querySelector("#plan-done").textContent = `${done.length}/${boxes.length}`;
  if (form.contains(document.activeElement) || form.dataset.touched) return;
  boxes.forEach((box) => { box.checked = done.includes(box.name); });
  form.text.value = plan?.body.text ?? "";
}

/** Empty the form of the plan that was opened; what somebody is writing in it stays. */
export function forgetPlan(content) {
  const form = content.querySelector("#plan-form");
  if (!form.dataset.touched) form.reset();
}

/** Bring the forms to life. */
export function noteForms(page, { signal }) {
  const form = page.content.querySelector("#note-form");
  form.addEventListener("submit", (event) => busy(event, async () => {
    const text = form.querySelector("#note").value.trim();
    if (!text) throw sentence(words("nothing_written"));
    await keep(page, "note", { text });
    form.reset();
  }), { signal });
  const plan = page.content.querySelector("#plan-form");
  plan.addEventListener("input", () => { plan.dataset.touched = "yes"; }, { signal });
  plan.addEventListener("submit", (event) => busy(event, async () => {
    const steps = [...plan.querySelectorAll(":checked")].map((box) => box.name);
    await keep(page, "plan", { steps, text: plan.text.value.trim() });
    delete plan.dataset.touched;
  }), { signal });
}

/** Seal a note and show it. */
export async function keep(page, kind, fields) {
  await page.act("notes", async () => ({ kind, note: await page.file.note(kind, fields) }));
  page.showWritten();
  say(words("note_saved"), "done");
}
