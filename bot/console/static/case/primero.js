// Hands one case to Primero's API, version 2, from this browser: name and password go nowhere else.

/** A problem with a `code` of the page's words, and Primero's own text about it. */
export class PrimeroProblem extends Error {
  constructor(code, why = "") {
    super(code);
    this.code = code;
    this.why = why;
  }
}

/** A bearer token for this user; thrown away after the act. */
export async function token(base, user, password) {
  const response = await send(`${base}/api/v2/tokens`, {}, { user: { user_name: user, password } });
  const bearer = response.headers.get("Authorization");
  if (!response.ok || !bearer) throw new PrimeroProblem("primero_login");
  return bearer;
}

/**
 * Make the case there under our own `id` (a UUID). "sent", or "there" if it had been made before:
 * asking twice makes one case.
 */
export async function create(base, bearer, id, fields) {
  const response = await send(`${base}/api/v2/cases`, { Authorization: bearer }, { data: { id, ...fields } });
  if (response.status === 409) return "there";
  if (response.ok) return "sent";
  const { errors } = await response.json().catch(() => ({}));
  throw new PrimeroProblem("primero_refused", errors?.[0]?.message ?? String(response.status));
}

async function send(url, headers, body) {
  try {
    return await fetch(url, {
      method: "POST",
      mode: "cors",
      credentials: "omit",
      referrerPolicy: "no-referrer",
      headers: { "Content-Type": "application/json", Accept: "application/json", ...headers },
      body: JSON.stringify(body),
    });
  } catch {
    throw new PrimeroProblem("primero_away");
  }
}
