// htmx without evaluation: it may insert our own server's markup and never makes code of text.
// Loaded before htmx begins, on DOMContentLoaded.
import { headers } from "./ask.js";

class Forbidden {
  constructor() {
    throw new Error("no code is made from text here");
  }
}

const plain = { createHTML: (markup) => markup };
const policy = globalThis.trustedTypes?.createPolicy("htmx", plain) ?? plain;
globalThis.htmx.registerExtension("sanad", {
  init: (api) => api.initSecurity(policy, Forbidden, Forbidden),
});

document.addEventListener("htmx:config:request", ({ detail: { ctx } }) => {
  Object.assign(ctx.request.headers, headers());
  // The address may hold an invitation; and no page needs to know from where it is asked.
  delete ctx.request.headers["HX-Current-URL"];
  if (ctx.sourceEvent?.type === "every") ctx.request.headers["X-Sanad-Background"] = "1";
});
