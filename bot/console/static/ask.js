// Talks to the console's endpoints: JSON in and out, the session's token beside every change.

/** A refusal as the server said it: `code` of its closed list, `message` a sentence to show. */
export class Refusal extends Error {
  constructor(code, message, status) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

/** The answer's JSON; a Refusal otherwise ("offline" when nothing came back). */
export async function ask(method, path, body) {
  let response;
  try {
    response = await fetch(path, {
      method,
      headers: {
        Accept: "application/json",
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
        "X-Sanad-CSRF": document.querySelector('meta[name="csrf"]')?.content ?? "",
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      credentials: "same-origin",
      redirect: "error",
    });
  } catch {
    throw new Refusal("offline", "", 0);
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Refusal(answer.error ?? "failed", answer.message ?? "", response.status);
  return answer;
}
