// The preview phone. Talks only to this computer; keeps nothing when the tab is closed.
"use strict";

const talk = document.getElementById("talk");
const phone = document.querySelector(".phone");
const visitor = Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join("");
const rightToLeft = new Set(["ar", "ckb", "kmr"]);
let mark = 0;
let look = "telegram";
let sending = Promise.resolve();

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function key(label, act, wide) {
  const button = element("button", wide ? "wide" : "", label);
  button.type = "button";
  button.dir = "auto";
  button.addEventListener("click", act);
  return button;
}

function numbered(message) {
  const line = (b) => (b.number ? `\u2066${b.number}\u2069 ${b.label}` : b.label);
  const lists = [message.choices, message.moves].filter((list) => list.length);
  return [message.text, ...lists.map((list) => list.map(line).join("\n"))].join("\n\n");
}

function telegramKeys(message, item) {
  const choices = element("div", "keys");
  for (const copy of message.copies) {
    choices.append(key(copy.label, () => navigator.clipboard.writeText(copy.value), true));
  }
  const narrow = message.choices.length > 0 && message.choices.every((b) => b.label.length <= 14);
  for (const b of message.choices) {
    choices.append(key(`${b.number} · ${b.label}`, () => say({ press: b.token, pressed: message.reference }, null), !narrow));
  }
  const moves = element("div", "keys moves");
  for (const b of message.moves) {
    moves.append(key(b.label, () => say({ press: b.token, pressed: message.reference }, null)));
  }
  item.append(choices, moves);
}

function render(message) {
  const item = element("li", "theirs");
  item.dataset.reference = message.reference;
  item.lang = message.language;
  item.dir = rightToLeft.has(message.language) ? "rtl" : "ltr";
  const bubble = element("div", "bubble", look === "whatsapp" ? numbered(message) : message.text);
  item.append(bubble);
  if (look === "telegram") telegramKeys(message, item);
  return item;
}

function show(answer) {
  for (const reference of answer.erase) {
    for (const old of talk.querySelectorAll(`[data-reference="${Number(reference)}"]`)) old.remove();
  }
  for (const message of answer.messages) {
    const item = render(message);
    const old = message.replace && talk.querySelector(`.theirs[data-reference="${Number(message.reference)}"]`);
    if (old) old.replaceWith(item);
    else talk.append(item);
  }
  const last = talk.lastElementChild;
  // A long message begins at its first line, where the number to call stands.
  if (last && last.offsetHeight > talk.clientHeight) last.scrollIntoView({ block: "start" });
  else talk.scrollTop = talk.scrollHeight;
}

function say(what, bubble) {
  sending = sending.then(async () => {
    mark += 1;
    let mine = null;
    if (bubble !== null) {
      mine = element("li", "mine", bubble);
      mine.dir = "auto";
      talk.append(mine);
    }
    try {
      const response = await fetch("/preview/say", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ visitor, mark, ...what }),
      });
      if (!response.ok) throw new Error(String(response.status));
      const answer = await response.json();
      if (mine) mine.dataset.reference = answer.reference;
      show(answer);
    } catch (error) {
      talk.append(element("li", "fault", "⚠ 503 · 911"));
    }
  });
  return sending;
}

document.getElementById("write").addEventListener("submit", (event) => {
  event.preventDefault();
  const field = document.getElementById("text");
  const text = field.value;
  field.value = "";
  if (text) say({ text }, text);
});

for (const button of document.querySelectorAll(".looks button")) {
  button.addEventListener("click", () => {
    look = button.dataset.look;
    phone.dataset.look = look;
    for (const other of document.querySelectorAll(".looks button")) {
      other.setAttribute("aria-pressed", String(other === button));
    }
  });
}

say({ text: "/start" }, null);
