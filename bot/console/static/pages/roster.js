// The roster: its signature is checked in this browser, and an administrator edits and signs the
// next version here. A draft stays in this window when somebody else was quicker.
import { ask } from "../ask.js";
import { make } from "../dom.js";
import { spokenWords } from "../fingerprints.js";
import { busy, sentence, spoken } from "../forms.js";
import { go } from "../go.js";
import { say } from "../notices.js";
import { pinned } from "../pins.js";
import {
  PURPOSE, document as documentOf, draftFrom, faults, memberOf, onTopOf, withMember, withPlan,
  withoutMember,
} from "../roster/draft.js";
import { memberEditor } from "../roster/editor.js";
import { trustedRosters } from "../rosters.js";
import { hex, utf8 } from "../sealing/bytes.js";
import { fingerprintOf } from "../sealing/keys.js";
import { unlock } from "../unlock.js";
import { sha256 } from "../vendor/age.js";
import { vault } from "../vault.js";
import { words } from "../words.js";

/** `{from, draft}`: what is edited, and the draft it began as. Only in this window's memory. */
let editing = null;

export async function begin(content) {
  const page = { content, staff: null, mine: content.querySelector("#roster").dataset.mine };
  content.querySelector("#invite")?.addEventListener("submit", (event) =>
    busy(event, () => invite(page, event.target)));
  content.querySelector("#copy-link")?.addEventListener("click", () =>
    navigator.clipboard?.writeText(content.querySelector("#invitation-link").textContent));
  const known = await judged(content.querySelector("#signature"));
  if (known) await showWords(content, known.rosters[known.newest]);
  if (!content.querySelector("#editor") || known === null) return;
  page.staff = await ask("GET", "/console/api/accounts");
  const fresh = draftFrom(known ? known.rosters[known.newest] : null, known ? known.newest : 0);
  editing = renewed(editing, fresh);
  showEditor(page);
  showAccounts(page);
}

/** What this browser trusts; false if nothing is signed yet, null if it refuses what was sent. */
async function judged(line) {
  try {
    const known = await trustedRosters({ fresh: true });
    line.textContent = words("signature_holds", { version: known.newest });
    return known;
  } catch (error) {
    line.textContent = spoken(error);
    if (error.code === "no_roster") return false;
    line.className = "notice";
    line.dataset.kind = "error";
    return null;
  }
}

async function showWords(content, roster) {
  for (const member of roster.members ?? []) {
    const place = content.querySelector(`[data-words="${CSS.escape(member.handle)}"]`);
    if (place && member.recipient) place.textContent = await spokenWords(member);
  }
}

/** Edits are kept over a newer version: what was typed is signed on top of it, after a look. */
const renewed = (before, fresh) =>
  ({ from: fresh, draft: before ? onTopOf(fresh, before.from, before.draft) : fresh });

function showEditor(page) {
  const place = page.content.querySelector("#editor");
  const change = (draft) => {
    editing.draft = draft;
    showState(page);
  };
  const members = editing.draft.members.map((member) => memberEditor(editing.draft, member,
    page.staff.accounts.find(({ handle }) => handle === member.handle), {
      changed: (next, plan) =>
        change(withPlan(withMember(editing.draft, next), next.handle, plan)),
      removed: () => {
        change(withoutMember(editing.draft, member.handle));
        showEditor(page);
      },
    }));
  const breakGlass = make("input", { value: editing.draft.break_glass, dir: "ltr", spellcheck: false });
  breakGlass.addEventListener("change", () =>
    change({ ...editing.draft, break_glass: breakGlass.value.trim() }));
  const sign = make("button", { type: "button", id: "sign" });
  sign.addEventListener("click", (event) => busy(event, () => signNext(page)));
  const check = make("button", { type: "button", class: "secondary", id: "check" }, words("check"));
  check.addEventListener("click", (event) => busy(event, () => checkDraft(page)));
  place.replaceChildren(...members,
    make("details", {}, make("summary", {}, words("break_glass")),
      make("label", {}, words("break_glass_help"), breakGlass)),
    make("div", { id: "draft-faults", role: "status" }), make("div", { id: "draft-gaps", role: "status" }),
    make("p", { class: "row" }, check, sign));
  speak(place);
  showState(page);
}

async function speak(place) {
  for (const line of place.querySelectorAll("[data-spoken]")) {
    const { spoken: recipient, verify } = line.dataset;
    line.textContent = await spokenWords({ recipient, verify });
  }
}

function showState({ content }) {
  const found = faults(editing.draft);
  const list = found.map(({ code, handle }) => make("li", {}, words(code, { handle })));
  content.querySelector("#draft-faults").replaceChildren(...(list.length ? [make("ul", {}, ...list)] : []));
  const button = content.querySelector("#sign");
  button.textContent = words("sign_version", { version: editing.draft.version });
  button.disabled = found.length > 0;
  speak(content.querySelector("#editor"));
}

async function checkDraft({ content }) {
  if (faults(editing.draft).length) throw sentence(words("faults_first"));
  const told = await ask("POST", "/console/api/rosters/check", { roster: documentOf(editing.draft) });
  const gaps = told.gaps.map(({ missing, from, to }) =>
    make("li", {}, `${missing}: `, make("span", { class: "code" }, `${from} – ${to}`)));
  content.querySelector("#draft-gaps").replaceChildren(gaps.length
    ? make("ul", {}, ...gaps) : make("p", {}, words("no_gaps")));
}

/** Somebody else was quicker: the edits go on top of theirs, and are signed by another click. */
async function onNewer(page) {
  const { rosters, newest } = await trustedRosters({ fresh: true });
  editing = renewed(editing, draftFrom(rosters[newest], newest));
  showEditor(page);
}

async function signNext(page) {
  const { content } = page;
  const draft = editing.draft;
  if (!(await unlock())) return;
  const { verify } = vault.identity;
  const trusted = content.querySelector("#roster").dataset.admins.split(" ");
  const pins = pinned()?.admins ?? [];
  if (!trusted.includes(verify) || (pins.length && !pins.includes(verify))) {
    throw sentence(words("not_trusted"));
  }
  const roster = documentOf(draft);
  const signature = await vault.sign(PURPOSE, roster);
  try {
    await ask("POST", "/console/api/rosters", { file: `${JSON.stringify({ roster, signature })}\n` });
  } catch (error) {
    if (error.code === "roster_newer") await onNewer(page);
    throw error;
  }
  editing = null;
  await trustedRosters({ fresh: true });
  go("/console/roster");
}

function showAccounts(page) {
  const { content, staff } = page;
  const inRoster = new Set(editing.draft.members.map(({ handle }) => handle));
  const rows = staff.accounts.map((account) => accountRow(page, account, inRoster));
  const open = staff.invitations.map((invitation) => make("li", { class: "row" },
    make("bdi", {}, invitation.handle), words(`role_${invitation.role}`),
    make("span", { class: "tag" }, invitation.over
      ? words("invitation_over") : words("invitation_open", { hours: invitation.hours })),
    button("withdraw", () => ask("DELETE", `/console/api/invitations/${invitation.hash}`)
      .then(() => go("/console/roster")))));
  content.querySelector("#accounts").replaceChildren(
    make("ul", {}, ...rows), ...(open.length ? [make("ul", {}, ...open)] : []));
  speak(content.querySelector("#accounts"));
}

function accountRow(page, account, inRoster) {
  const row = make("li", {}, make("p", { class: "row" },
    make("strong", {}, make("bdi", {}, account.handle)), words(`role_${account.role}`),
    account.revoked && make("span", { class: "tag" }, words("revoked")),
    !account.revoked && account.verify !== page.mine && button("revoke", () => revoke(account))));
  if (account.revoked || inRoster.has(account.handle)) return row;
  row.append(
    make("p", {}, words("compare")),
    make("p", { class: "words", "data-spoken": account.recipient, "data-verify": account.verify }),
    make("p", { class: "code" }, fingerprintOf(account.recipient)),
    make("p", { class: "row" }, button("accept", async () => {
      editing.draft = withMember(editing.draft, memberOf(account));
      showEditor(page);
      showAccounts(page);
      say(words("accepted", { handle: account.handle }), "done");
      page.content.querySelector(`[data-member="${CSS.escape(account.handle)}"]`).open = true;
    })));
  return row;
}

function button(label, work) {
  const made = make("button", { type: "button", class: "secondary small" }, words(label));
  made.addEventListener("click", (event) => busy(event, work));
  return made;
}

async function revoke({ handle }) {
  if (!confirm(words("revoke_sure", { handle }))) return;
  const { returned } = await ask("POST", `/console/api/accounts/${handle}/revoke`, {});
  say(words("revoke_done", { cases: returned }), "done");
  go("/console/roster");
}

/** The token is made here, and only its hash is sent: the server cannot join in her place. */
async function invite({ content }, form) {
  const token = btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(16))))
    .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  const { handle, role, language } = form;
  await ask("POST", "/console/api/invitations", {
    token_hash: hex(sha256(utf8(token))), handle: handle.value.trim(), role: role.value,
    language: language.value,
  });
  const admins = pinned()?.admins?.length
    ? pinned().admins : content.querySelector("#roster").dataset.admins.split(" ").filter(Boolean);
  const link = `${location.origin}/console/join?lang=${language.value}#${[token, ...admins].join(".")}`;
  content.querySelector("#invitation-link").textContent = link;
  content.querySelector("#invited").hidden = false;
  form.reset();
}
