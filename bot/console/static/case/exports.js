// What leaves a case, by a caseworker's act and with the person's consent shown beside it.
import { busy, sentence } from "../forms.js";
import { say } from "../notices.js";
import { trustedRosters } from "../rosters.js";
import { fromBase64, utf8 } from "../sealing/bytes.js";
import { vault } from "../vault.js";
import { words } from "../words.js";
import { showLines } from "./lines.js";
import { keep } from "./notes.js";
import { create, token } from "./primero.js";
import { summarise } from "./report.js";
import { cells, csv, fields } from "./tables.js";

/** The consents of the opened report, and whom a sealed file can be for. */
export async function showExport({ file, content }) {
  const { model } = file.data;
  const lines = summarise(file.report, file.urgency, model);
  const start = lines.findIndex(({ kind, label }) => kind === "heading" && label === model.words.consents);
  const consents = lines.slice(start).filter(({ kind }) => kind !== "text");
  showLines(content.querySelector("#export-consents"), consents, words("comma"));
  const { rosters, newest } = await trustedRosters();
  const select = content.querySelector("#export-to");
  const members = (rosters[newest].members ?? []).filter(({ recipient }) => recipient);
  select.replaceChildren(select.options[0], ...members.map(({ handle, recipient }) => new Option(handle, recipient)));
}

/** Bring the buttons to life. */
export function exportForms(page, { signal }) {
  for (const button of page.content.querySelectorAll("[data-export]")) {
    button.addEventListener("click", (event) => busy(event, () => exported(page, button.dataset.export)), { signal });
  }
  page.content.querySelector("#primero-form")?.addEventListener("submit", (event) =>
    busy(event, () => toPrimero(page, event.target)), { signal });
}

async function exported(page, kind) {
  agreed(page);
  const content = await contentOf(page, kind);
  // On record before the file exists.
  await keep(page, "note", { exported: kind.toUpperCase() });
  download(content, `case-${page.file.hex.slice(0, 8)}.${kind}`);
  say(words("export_done"), "done");
}

async function contentOf(page, kind) {
  if (kind === "csv") return utf8(csv(row(page)));
  const plain = utf8(`${JSON.stringify(whole(page), null, 2)}\n`);
  if (kind === "json") return plain;
  const key = page.content.querySelector("#export-to").value || page.content.querySelector("#export-key").value.trim();
  if (!key.startsWith("age1pq1")) throw sentence(words("export_key"));
  try {
    return fromBase64(await vault.sealFile({ content: plain, recipients: [key] }));
  } catch {
    throw sentence(words("export_key"));
  }
}

function agreed({ content }) {
  if (!content.querySelector("#export-agreed").checked) throw sentence(words("export_consent"));
}

const withWords = ({ content }) => content.querySelector("#export-words").checked;

/** The report's values, language and day under the names the table knows. */
function flat({ file: { report } }) {
  return { ...report.values, day: report.day, language: report.language };
}

function row(page) {
  const { data, report } = page.file;
  const own = withWords(page) ? [[data.narrative, report.values.narrative ?? ""]] : [];
  return [...cells(flat(page), data.gbvims), ...own];
}

function whole(page) {
  const { file } = page;
  const report = flat(page);
  if (!withWords(page)) for (const name of Object.keys(file.data.model.texts)) delete report[name];
  const gbvims = Object.fromEntries(row(page).filter(([, value]) => value));
  return { schema: file.data.model.schema, urgency: file.urgency, report, gbvims };
}

function download(bytes, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([bytes]));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

async function toPrimero(page, form) {
  agreed(page);
  const { file } = page;
  const base = file.data.primero.replace(/\/$/, "");
  try {
    const bearer = await token(base, form.user.value, form.password.value);
    const id = await identifier(page);
    const sent = { ...fields(flat(page), file.data.gbvims) };
    if (withWords(page) && file.report.values.narrative) sent[file.data.narrative] = file.report.values.narrative;
    const done = await create(base, bearer, id, sent);
    form.password.value = "";
    say(words(`primero_${done}`), "done");
  } catch (error) {
    if (!error.code?.startsWith("primero_")) throw error;
    throw sentence(words(error.code, { why: error.why }));
  }
}

/** The case's name in Primero: made here once and kept sealed, so that a repeat is known there. */
async function identifier(page) {
  const { file } = page;
  const known = file.notes.find(({ kind, body }) => kind === "note" && body?.primero);
  if (known) return known.body.primero;
  const id = crypto.randomUUID();
  await keep(page, "note", { exported: "Primero", primero: id });
  return id;
}

