// The console's own Trusted Types policy: the only addresses a script may be started from.

const KNOWN = ["vault.worker.js", "push.worker.js"];

const policy = self.trustedTypes?.createPolicy("sanad", { createScriptURL: checked });

/** The address of one of our own worker scripts, beside this file. */
export const scriptUrl = (name) => policy?.createScriptURL(name) ?? checked(name);

/** The address of the worker that shows notices; `text` is the one sentence it ever shows. */
export const noticesUrl = (text) => scriptUrl(`push.worker.js?text=${encodeURIComponent(text)}`);

function checked(name) {
  if (!KNOWN.includes(name.split("?")[0])) throw new TypeError("this is no script of ours");
  return new URL(name, import.meta.url).href;
}
