// One member of the roster being edited: what is changed here is told to `changed` at once.
import { labelled, make } from "../dom.js";
import { fingerprintOf } from "../sealing/keys.js";
import { words } from "../words.js";
import { OPENERS, WEEK, planOf } from "./draft.js";

const ROLES = ["caseworker", "supervisor", "manager", "admin"];
const LANGUAGES = ["ar", "ckb", "kmr", "en"];
const GENDERS = ["", "female", "male"];

/** `<details>` for a member; `changed(member, plan)` after every change, `removed()` at removal. */
export function memberEditor(draft, member, account, { changed, removed, open }) {
  const state = { member: structuredClone(member), plan: structuredClone(planOf(draft, member.handle)) };
  const tell = () => changed(structuredClone(state.member), structuredClone(state.plan));
  const body = make("div", {});
  const redraw = () => body.replaceChildren(...parts(state, account, tell, redraw, removed));
  redraw();
  const name = make("bdi", {}, member.handle);
  return make("details", { open, "data-member": member.handle }, make("summary", {}, name, " · ",
    words(`role_${member.role}`)), body);
}

function parts(state, account, tell, redraw, removed) {
  const { member, plan } = state;
  const set = (key) => (value) => { member[key] = value; tell(); };
  const setPlan = (key) => (value) => { plan[key] = value; tell(); };
  const role = choice(words("role"), ROLES, member.role, (each) => words(`role_${each}`), (value) => {
    member.role = value;
    if (!OPENERS.includes(value)) member.recipient = "";
    else if (account) member.recipient = account.recipient;
    tell();
    redraw();
  });
  const opens = OPENERS.includes(member.role);
  return [
    keyPart(member, account, tell, redraw),
    role,
    opens && many(words("languages"), LANGUAGES, member.languages ?? [],
      (tag) => words(`language_${tag}`), set("languages")),
    opens && choice(words("gender"), GENDERS, member.gender ?? "",
      (each) => words(`gender_${each || "none"}`), set("gender")),
    opens && tick(words("child_trained"), member.child_trained ?? false, set("child_trained")),
    opens && make("details", {}, make("summary", {}, words("conflicts")),
      many("", PLACES, member.conflicts ?? [], (code) => words(`place_${code}`), set("conflicts"))),
    tick(words("backup"), plan.backup, setPlan("backup")),
    tick(words("on_call"), plan.on_call, setPlan("on_call")),
    opens && shiftsPart(member.handle, plan, tell, redraw),
    leavePart(member.handle, plan, tell, redraw),
    make("p", { class: "row" }, make("button", {
      type: "button", class: "secondary small", onclick: removed,
    }, words("remove"))),
  ].filter(Boolean);
}

/** Keys of the roster against those of the account: new ones only after the words were heard. */
function keyPart(member, account, tell, redraw) {
  if (!account) return make("p", { class: "calm" }, words("no_account"));
  if (account.revoked) return make("p", { class: "notice", "data-kind": "error" }, words("is_revoked"));
  const wanted = OPENERS.includes(member.role) ? account.recipient : "";
  if (member.recipient === wanted && member.verify === account.verify) return null;
  return make("div", { class: "notice", "data-kind": "error" },
    make("p", {}, words("keys_differ")),
    make("p", { class: "words", "data-spoken": account.recipient, "data-verify": account.verify }),
    make("p", { class: "code" }, fingerprintOf(account.recipient)),
    make("button", { type: "button", class: "small", onclick: () => {
      Object.assign(member, { recipient: wanted, verify: account.verify });
      tell();
      redraw();
    } }, words("take_keys")));
}

function shiftsPart(handle, plan, tell, redraw) {
  const add = make("button", { type: "button", class: "secondary small", onclick: () => {
    plan.shifts.push({ handle, days: ["sun", "mon", "tue", "wed", "thu"], start: "08:00", end: "16:00" });
    tell();
    redraw();
  } }, words("add_shift"));
  const rows = plan.shifts.map((shift) => make("fieldset", {},
    many(words("days"), WEEK, shift.days, (day) => words(`day_${day}`), (days) => {
      shift.days = WEEK.filter((day) => days.includes(day));
      tell();
    }),
    make("div", { class: "row" },
      field(words("from"), "time", shift.start, (value) => { shift.start = value; tell(); }),
      field(words("until"), "time", shift.end, (value) => { shift.end = value; tell(); }),
      make("button", { type: "button", class: "secondary small", onclick: () => {
        plan.shifts.splice(plan.shifts.indexOf(shift), 1);
        tell();
        redraw();
      } }, words("remove_shift")))));
  return make("section", {}, make("h4", {}, words("shifts")), ...rows, add);
}

function leavePart(handle, plan, tell, redraw) {
  const add = make("button", { type: "button", class: "secondary small", onclick: () => {
    plan.leave.push({ handle, first: "", last: "" });
    tell();
    redraw();
  } }, words("add_leave"));
  const rows = plan.leave.map((entry) => make("div", { class: "row" },
    field(words("first_day"), "date", entry.first, (value) => { entry.first = value; tell(); }),
    field(words("last_day"), "date", entry.last, (value) => { entry.last = value; tell(); }),
    make("button", { type: "button", class: "secondary small", onclick: () => {
      plan.leave.splice(plan.leave.indexOf(entry), 1);
      tell();
      redraw();
    } }, words("remove_leave"))));
  return make("section", {}, make("h4", {}, words("leave")), ...rows, add);
}

function choice(label, values, value, name, set) {
  const options = values.map((each) => make("option", { value: each, selected: each === value }, name(each)));
  const select = make("select", {}, ...options);
  select.addEventListener("change", () => set(select.value));
  return labelled(label, select);
}

function many(label, values, chosen, name, set) {
  const boxes = values.map((value) => {
    const box = make("input", { type: "checkbox", value, checked: chosen.includes(value) });
    return make("label", {}, box, " ", name(value));
  });
  const all = make("fieldset", { class: "choices" }, label && make("legend", {}, label), ...boxes);
  all.addEventListener("change", () =>
    set(Array.from(all.querySelectorAll(":checked"), (box) => box.value)));
  return all;
}

function tick(label, on, set) {
  const box = make("input", { type: "checkbox", checked: on });
  box.addEventListener("change", () => set(box.checked));
  return make("label", {}, box, " ", label);
}

function field(label, type, value, set) {
  const input = make("input", { type, value, dir: "ltr", required: true });
  input.addEventListener("change", () => set(input.value));
  return labelled(label, input);
}

/** ISO codes of the governorates, in the order of bot/domain/report.py. */
const PLACES = [
  "AN", "BA", "MU", "NA", "QA", "SU", "BB", "BG", "DA", "DI", "AR", "KA", "KI", "MA", "NI", "SD",
  "DQ", "WA", "HA",
];
