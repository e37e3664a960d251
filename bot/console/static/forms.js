// Sending a form from a script: one at a time, errors in words, nothing typed is lost.
import { say } from "./notices.js";
import { words } from "./words.js";

/** An error whose message is a sentence for the person. */
export const sentence = (message) => Object.assign(new Error(message), { sentence: true });

/** Do `work` for a submit or click; its button waits, and what goes wrong is said. */
export async function busy(event, work) {
  event.preventDefault();
  const button = event.submitter ?? event.currentTarget;
  if (button.getAttribute("aria-busy") === "true") return;
  button.setAttribute("aria-busy", "true");
  say("");
  try {
    await work();
  } catch (error) {
    say(spoken(error), "error", error.code);
  } finally {
    button.removeAttribute("aria-busy");
  }
}

/** The sentence of an error: a refusal's, a code of the vault's, or that it failed. */
export function spoken(error) {
  if (error.name === "Refusal" || error.status !== undefined || error.sentence) return error.message;
  if (error.code === "wrong_passphrase") return words("wrong_secret");
  if (error.code === "locked") return words("locked");
  const roster = ["no_roster", "unsigned", "rolled_back", "altered"].includes(error.code);
  if (roster) return words(`roster_${error.code}`);
  if (error.name === "NotAllowedError" || error.name === "AbortError") return words("passkey_stopped");
  return words("broken");
}
