// The console's own Trusted Types policy: the only addresses a script may be started from.

const KNOWN = ["vault.worker.js", "notices.worker.js"];

const policy = self.trustedTypes?.createPolicy("sanad", { createScriptURL: checked });

/** The address of one of our own worker scripts, beside this file. */
export const scriptUrl = (name) => policy?.createScriptURL(name) ?? checked(name);

function checked(name) {
  if (!KNOWN.includes(name)) throw new TypeError("this is no script of ours");
  return new URL(name, import.meta.url).href;
}
