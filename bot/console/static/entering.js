// After a proof held: open the keys with what was just proved, and show the first page in this
// same window, so that they stay open.
import { ask } from "./ask.js";
import { go } from "./go.js";
import { say } from "./notices.js";
import { vault } from "./vault.js";
import { words } from "./words.js";

export async function enter({ handle, csrf, home }, fits, key) {
  document.querySelector('meta[name="csrf"]').content = csrf;
  const { slots } = await ask("GET", "/console/api/me");
  const slot = slots.find(fits);
  if (slot && key) {
    // Signed in all the same if this fails: the keys can be opened on the page that follows.
    await vault.unlock(slot, key, handle).catch(() => say(words("wrong_secret")));
  }
  go(home);
}
