// The demo's entrance: what a real person types, the server tells about a sample person.
import { ask } from "../ask.js";
import { busy } from "../forms.js";
import { enter } from "../entering.js";
import { vault } from "../vault.js";

export function begin(content) {
  const language = document.documentElement.lang;
  content.querySelector("#people").addEventListener("submit", (event) => busy(event, async () => {
    vault.lock();
    const done = await ask("POST", "/console/api/demo", { handle: event.submitter.value });
    document.querySelector('meta[name="csrf"]').content = done.csrf;
    const { key } = await vault.fromPassphrase(done.sample.passphrase, done.sample.salt);
    await ask("POST", "/console/api/me/language", { language });
    await enter(done, (slot) => slot.kind === "passphrase", key);
  }));
}
