// Talks to the console's endpoints: JSON in and out, the session's token beside every request.
import { words } from "./words.js";

const QUIET_AFTER = 60_000;
let alive = Date.now();
for (const sign of ["keydown", "pointerdown", "wheel", "touchstart"]) {
  addEventListener(sign, () => { alive = Date.now(); }, { passive: true, capture: true });
}

/** A refusal as the server said it: `code` of its closed list, `message` a sentence to show. */
export class Refusal extends Error {
  constructor(code, message, status) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

/** The headers of every request: the session's token, and whether somebody is there. */
export function headers({ background = false } = {}) {
  const token = document.querySelector('meta[name="csrf"]')?.content ?? "";
  const quiet = background || Date.now() - alive > QUIET_AFTER;
  return { "X-Sanad-CSRF": token, ...(quiet && { "X-Sanad-Background": "1" }) };
}

/**
 * The answer's JSON; a Refusal otherwise ("offline" when nothing came back). What a page asks by
 * itself is `background`: it does not keep an unattended session alive.
 */
export async function ask(method, path, body, options = {}) {
  try {
    return await asked(method, path, body, options);
  } catch (refusal) {
    if (refusal.code !== "forgery" || !(await tokenAgain())) throw refusal;
    return asked(method, path, body, options);
  }
}

/** Take up the session of another window where the same person signed in again. */
async function tokenAgain() {
  const frame = document.getElementById("frame");
  const { handle, csrf } = await asked("GET", "/console/api/me", undefined, {}).catch(() => ({}));
  if (!handle || handle !== frame.dataset.handle) return false;
  document.querySelector('meta[name="csrf"]').content = csrf;
  frame.dataset.csrf = csrf;
  return true;
}

async function asked(method, path, body, { background = false, keepalive = false }) {
  let response;
  try {
    response = await fetch(path, {
      method,
      keepalive,
      headers: {
        Accept: "application/json",
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
        ...headers({ background }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      credentials: "same-origin",
      redirect: "error",
    });
  } catch {
    throw new Refusal("offline", words("failed"), 0);
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) {
    throw new Refusal(answer.error ?? "failed", answer.message ?? words("failed"), response.status);
  }
  return answer;
}
