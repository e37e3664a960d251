// Speaks to the server: JSON in, JSON out, and a refusal as an error with a sentence.
import { words } from "./words.js";

const QUIET_AFTER = 60_000;
let active = Date.now();
for (const kind of ["pointerdown", "keydown", "touchstart", "wheel"]) {
  addEventListener(kind, () => { active = Date.now(); }, { passive: true, capture: true });
}

/** A sentence for the person; `code` is the server's, or "away" when it did not answer. */
export class Refused extends Error {
  constructor(code, message, status = 0) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

/** The headers of every request: the session's token, and whether somebody is there. */
export function headers() {
  const frame = document.getElementById("frame");
  const quiet = Date.now() - active > QUIET_AFTER;
  return { "X-Sanad-CSRF": frame?.dataset.csrf ?? "-", ...(quiet && { "X-Sanad-Background": "1" }) };
}

/** What the server answers to `method path`; throws Refused. */
export async function ask(path, { method = "GET", body, background = false, keepalive } = {}) {
  const sent = headers();
  if (background) sent["X-Sanad-Background"] = "1";
  if (body !== undefined) sent["Content-Type"] = "application/json";
  let response;
  try {
    response = await fetch(path, {
      method, keepalive, headers: sent, credentials: "same-origin", cache: "no-store",
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    throw new Refused("away", words("failed"));
  }
  const answer = await response.json().catch(() => null);
  if (!response.ok) {
    throw new Refused(answer?.error ?? "broken", answer?.message ?? words("failed"), response.status);
  }
  return answer;
}

export const post = (path, body = {}, options = {}) => ask(path, { method: "POST", body, ...options });
