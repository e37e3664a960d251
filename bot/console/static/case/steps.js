// The steps of a case: urgency, hand over, escalate, close, give back, reopen.
import { ask } from "../ask.js";
import { busy, sentence } from "../forms.js";
import { go } from "../go.js";
import { say } from "../notices.js";
import { words } from "../words.js";
import { loweringReason } from "./file.js";

const QUEUE = "/console/queue";

/** Bring every form and button of the steps to life; which are there is the server's choice. */
export function steps(page, { signal }) {
  const on = (selector, name, work) => {
    const element = page.content.querySelector(selector);
    element?.addEventListener(name, (event) => busy(event, () => work(element)), { signal });
  };
  on("#urgency-form", "submit", (form) => changeUrgency(page, form));
  on("#hand-over-form", "submit", (form) => handOver(page, form));
  on("#escalate-form", "submit", (form) => escalate(page, form));
  on("#close-form", "submit", (form) => close(page, form));
  on("#hand-back", "click", () => confirmed(page, "confirm_hand_back", "hand-back"));
  on("#duplicate", "click", () => confirmed(page, "confirm_duplicate", "duplicate"));
  on("#reopen", "click", () => confirmed(page, "confirm_reopen", "reopen"));
  on("#agree", "click", () => decide(page, "lower/agree"));
  on("#refuse", "click", () => decide(page, "lower/refuse"));
}

/** Show a wish to lower the urgency that waits for a second person. */
export async function showWish(page) {
  const place = page.content.querySelector("#wish");
  const answer = await ask("GET", `${page.file.path}/lowering`, undefined, { background: true });
  place.hidden = !answer.wish;
  if (!answer.wish) return;
  const { by, level } = answer.wish;
  const own = by === document.getElementById("frame").dataset.handle;
  // What is agreed to is the level that stood here, not one it may have become meanwhile.
  place.dataset.level = level;
  const asked = words("lowering_by", { handle: by, level: `T${level}` });
  place.querySelector("#wish-words").textContent = own ? `${asked} ${words("own_wish")}` : asked;
  place.querySelector("#agree").hidden = own;
  place.querySelector("#wish-reason").textContent = await loweringReason(page.file.hex, answer).catch(() => "");
}

async function decide(page, step) {
  const { level } = page.content.querySelector("#wish").dataset;
  await page.act(step, () => ({ level: Number(level) }));
  await showWish(page);
  page.refresh();
  say(words("step_done"), "done");
}

async function changeUrgency(page, form) {
  const level = Number(form.level.value);
  const text = form.reason?.value.trim() ?? "";
  if (level < page.level) await page.act("raise", () => ({ level }));
  else {
    if (!page.file.parts) throw sentence(words("open_first"));
    if (!text) throw sentence(words("needs_reason"));
    await page.act("lower", async () => ({ level, note: await page.file.note("lowering", { level, text }) }));
    form.reason.value = "";
    page.showWritten();
  }
  page.refresh();
  await showWish(page);
  say(words("step_done"), "done");
}

async function handOver(page, form) {
  const to = form.querySelector("[name=to]:checked")?.value;
  if (!to) throw sentence(words("needs_member"));
  const text = form.text.value.trim();
  await page.act("hand-over", async () => ({
    to,
    // A supervisor who moves another's case has not opened it, and so writes no note.
    ...(page.file.parts && { note: await page.file.note("handover", { to, text }) }),
  }));
  leave(page);
}

async function escalate(page, form) {
  const text = form.text?.value.trim() ?? "";
  const why = form.why.value;
  await page.act("escalate", async () => (
    page.file.parts
      ? { note: await page.file.note("note", { escalated: why, text: [form.why.selectedOptions[0].text, text].filter(Boolean).join("\n") }) }
      : {}));
  leave(page);
}

async function close(page, form) {
  const boxes = [...form.querySelectorAll("[type=checkbox]")];
  if (!boxes.every((box) => box.checked)) throw sentence(words("checklist_open"));
  const reason = form.reason.value;
  const checklist = boxes.map((box) => box.name);
  const text = form.reason.selectedOptions[0].text;
  await page.act("close", async () => ({ reason, note: await page.file.note("closing", { reason, checklist, text }) }));
  leave(page);
}

async function confirmed(page, question, step) {
  if (!(await page.confirmed(words(question)))) return;
  await page.act(step);
  leave(page);
}

function leave(page) {
  page.file.clear();
  go(QUEUE);
}
