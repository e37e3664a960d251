// Replies: what was sent and how far it got, and the form to write one.
import { busy, sentence } from "../forms.js";
import { say } from "../notices.js";
import { moment } from "../times.js";
import { words } from "../words.js";
import { made, told } from "./lines.js";
import { tidy } from "./report.js";

const HOUR = 3600;

export function showLetters(page) {
  const { file, content } = page;
  const place = content.querySelector("#letters");
  const copies = new Map(
    file.notes.filter(({ kind, body }) => kind === "sent" && body).map(({ body }) => [body.letter, body.text]));
  const { letters } = file.parts;
  if (!letters.length) place.replaceChildren(made("li", words("no_letters"), "calm"));
  else place.replaceChildren(...letters.map((letter) => shown(page, letter, copies.get(letter.number))));
}

function shown(page, { number, state, safe, hour }, text) {
  const item = made("li");
  const held = state === "waiting" && !safe;
  const facts = made("p", "", "facts");
  facts.append(
    made("strong", words("letter_number", { n: number })),
    made("span", moment(hour * HOUR)),
    made("span", words(`letter_${held ? "held" : state}`), "tag"));
  item.append(facts);
  if (text) item.append(told(text));
  if (state === "waiting") {
    const back = made("button", words("take_back"), "small secondary");
    back.type = "button";
    back.addEventListener("click", (event) => busy(event, async () => {
      await page.act(`letters/${number}/withdraw`);
      showLetters(page);
    }));
    item.append(back);
  }
  return item;
}

/** Bring the reply form to life. */
export function replyForm(page, { signal }) {
  const form = page.content.querySelector("#reply-form");
  const area = form.querySelector("#reply");
  const prepared = form.querySelector("#prepared");
  const limit = Number(form.dataset.limit);
  const count = () => {
    const left = limit - Array.from(tidy(area.value, limit * 4)).length;
    form.querySelector("#reply-count").textContent = words(left < 0 ? "over" : "left", { n: Math.abs(left) });
    return left;
  };
  area.addEventListener("input", count, { signal });
  prepared.addEventListener("change", () => {
    const text = page.file.data.prepared[prepared.value];
    if (text) area.value = area.value.trim() ? `${area.value.trim()}\n${text}` : text;
    prepared.value = "";
    count();
    area.focus();
  }, { signal });
  form.addEventListener("submit", (event) => busy(event, () => send(page, form, count)), { signal });
  count();
}

async function send(page, form, count) {
  const { file } = page;
  const area = form.querySelector("#reply");
  const text = tidy(area.value, Infinity);
  if (!text) throw sentence(words("nothing_written"));
  if (count() < 0) throw sentence(form.querySelector("#reply-count").textContent);
  const safe = form.querySelector("#safe").checked;
  if (!file.parts.mailbox) await file.refresh();
  await page.act("letters", async () => {
    const letter = await file.letter(text);
    const copy = await file.note("sent", { letter: letter.number, safe, text });
    return { ...letter, safe, copy, counted: file.countable };
  });
  area.value = "";
  form.querySelector("#safe").checked = false;
  count();
  page.showWritten();
  say(words(safe ? "sent" : "sent_held"), "done");
}
