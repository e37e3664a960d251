// The overview: a wish to lower an urgency is agreed to or refused by a second person.
import { ask } from "../ask.js";
import { go } from "../go.js";
import { say } from "../notices.js";

export function begin(content) {
  content.addEventListener("click", decide);
  return () => content.removeEventListener("click", decide);
}

async function decide({ target }) {
  const button = target.closest("button[data-decide]");
  if (!button) return;
  const { decide: answer, case: number, level } = button.dataset;
  const both = button.parentElement.querySelectorAll("button");
  for (const each of both) each.disabled = true;
  try {
    await ask("POST", `/console/api/cases/${number}/lower/${answer}`, { level: Number(level) });
    go("/console/overview");
  } catch (refusal) {
    say(refusal.message);
    for (const each of both) each.disabled = false;
  }
}
