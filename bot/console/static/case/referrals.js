// Referrals: one organisation, one purpose, one last day, only what is ticked, and only with a yes.
import { busy, sentence } from "../forms.js";
import { say } from "../notices.js";
import { day, now } from "../times.js";
import { words } from "../words.js";
import { made } from "./lines.js";
import { summarise } from "./report.js";

const YEAR = 366 * 86_400;

/** What a referral's note says, as lines. */
export function noteLines(said, { data: { model } }) {
  if (said.outcome) return [words("outcome", { outcome: words(`outcome_${said.outcome}`) })];
  return [
    words("referral_line", {
      service: model.shares[said.service] ?? said.service,
      organisation: said.organisation,
      date: said.until,
    }),
    words("purpose", { purpose: said.purpose }),
    words("passed_on", { fields: (said.fields ?? []).join(words("comma")) }),
  ];
}

/** What could be passed on of a case: answers and free texts, never consents. */
function passable({ report, urgency, data: { model } }) {
  const lines = summarise(report, urgency, model);
  const end = lines.findIndex(({ kind, label }) => kind === "heading" && label === model.words.consents);
  const shown = [...lines.slice(0, end), ...lines.filter(({ kind }) => kind === "text")];
  return shown.filter(({ kind, values }) => ["answer", "sign", "text"].includes(kind) && (values.length || kind === "sign"));
}

export function showReferrals(page) {
  const { file, content } = page;
  const notes = file.notes.filter(({ kind, body }) => kind === "referral" && body);
  const referrals = notes.filter(({ body }) => !body.outcome);
  const place = content.querySelector("#referrals");
  place.replaceChildren(...referrals.map((note) => item(page, note, outcomeOf(notes, note.number))));
  if (!referrals.length) place.replaceChildren(made("li", words("no_referrals"), "calm"));
}

const outcomeOf = (notes, number) => notes.filter(({ body }) => body.outcome && body.of === number).at(-1);

function item(page, note, outcome) {
  const element = made("li");
  const lines = noteLines(note.body, page.file);
  element.append(...lines.map((line) => made("p", line)));
  element.append(made("p", outcome ? noteLines(outcome.body, page.file)[0] : words("no_outcome"), "tag"));
  const form = made("form", "", "row");
  form.setAttribute("hx-boost", "false");
  form.method = "post";
  const select = made("select");
  select.setAttribute("aria-label", words("record_outcome"));
  select.append(...page.file.data.outcomes.map((value) => {
    const option = made("option", words(`outcome_${value}`));
    option.value = value;
    return option;
  }));
  const button = made("button", words("record_outcome"), "small secondary");
  form.append(select, button);
  form.addEventListener("submit", (event) => busy(event, () => recordOutcome(page, note, select.value)));
  element.append(form);
  return element;
}

async function recordOutcome(page, { number, body: { service } }, outcome) {
  const { file } = page;
  const counted = file.countable;
  await page.act("refer", async () => ({
    note: await file.note("referral", { of: number, service, outcome }),
    ...(counted && { service, outcome }),
  }));
  page.showWritten();
  say(words(counted ? "counted" : "not_counted"), "done");
}

/** Bring the form to life. */
export function referralForm(page, { signal }) {
  const form = page.content.querySelector("#referral-form");
  usual(form, page);
  form.until.min = day(now());
  form.until.max = day(now() + YEAR);
  form.service.addEventListener("change", () => judge(page, form), { signal });
  form.addEventListener("submit", (event) => busy(event, () => refer(page, form)), { signal });
}

/** What stands in the way of this kind of referral: a key of the page's words, or "". */
function obstacle({ file }, service) {
  if (file.report.values[`share_${service}`] !== "yes") return "consent_missing";
  if (service === "security" && role() !== "supervisor") return "supervisor_needed";
  return "";
}

const role = () => document.getElementById("frame").dataset.role;

export function judge(page, form = page.content.querySelector("#referral-form")) {
  const found = obstacle(page, form.service.value);
  form.querySelector("#referral-consent").textContent = found ? words(found) : "";
  form.querySelector("#referral-confirm").hidden = form.service.value !== "security";
  form.querySelector("[type=submit]").disabled = Boolean(found);
}

/** The lines that may be ticked. */
export function showPassable(page) {
  const { file, content } = page;
  const place = content.querySelector("#referral-fields");
  const form = content.querySelector("#referral-form");
  // Somebody who has begun to write goes on where she was.
  if (!form.organisation.value) usual(form, page);
  const legend = place.querySelector("legend");
  const ticks = passable(file).map(({ kind, label, values }, number) => {
    const row = made("label");
    const box = made("input");
    Object.assign(box, { type: "checkbox", name: "field", value: String(number) });
    const text = kind === "sign" ? label : `${label}: ${values.join(words("comma"))}`;
    const shown = made("span", text);
    shown.dir = "auto";
    box.dataset.label = label;
    box.dataset.text = text;
    row.append(box, shown);
    return row;
  });
  place.replaceChildren(legend, ...ticks);
}

async function refer(page, form) {
  const { file } = page;
  const service = form.service.value;
  const found = obstacle(page, service);
  if (found) throw sentence(words(found));
  if (service === "security" && !form.confirmed.checked) throw sentence(words("confirmed_needed"));
  const ticked = [...form.querySelectorAll("[name=field]:checked")];
  const [organisation, purpose, until] = [form.organisation, form.purpose, form.until].map(({ value }) => value.trim());
  if (!organisation || !purpose || !until || !ticked.length) throw sentence(words("fields_needed"));
  if (until < day(now()) || until > day(now() + YEAR)) throw sentence(words("expiry_past"));
  const fields = ticked.map((box) => box.dataset.label);
  const said = { service, organisation, purpose, until, fields, confirmed: form.confirmed.checked };
  await page.act("refer", async () => ({
    note: await file.note("referral", { ...said, role: role() }),
    security: service === "security",
  }));
  const text = [...noteLines(said, file).slice(0, 2), "", ...ticked.map((box) => box.dataset.text)].join("\n");
  form.reset();
  usual(form, page);
  page.showWritten();
  const shown = page.content.querySelector("#referral-text");
  shown.hidden = false;
  shown.querySelector("textarea").value = text;
  judge(page, form);
  say(words("referral_kept"), "done");
}

/** A month, unless somebody chooses another day; and what was agreed to, before what was not. */
function usual(form, { file: { report } }) {
  form.until.value = day(now() + 30 * 86_400);
  const kinds = Array.from(form.service.options, ({ value }) => value);
  form.service.value = kinds.find((kind) => report?.values[`share_${kind}`] === "yes") ?? kinds[0];
}
