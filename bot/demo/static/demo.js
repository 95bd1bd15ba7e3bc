/* The demo's page: asks for the state again and again, draws the telephones, sends what is written and pressed. */
(() => {
  "use strict";

  const POLL = 500;
  const POLL_IN_CONVERSATION = 250;
  const LOST_AFTER = 3;
  const byId = (id) => document.getElementById(id);
  const token = document.querySelector("meta[name=csrf-token]").content;
  const box = byId("texts");
  const run = document.querySelector("meta[name=demo-run]").content;

  let state = null;
  let texts = new Map();
  let seen = new Map();
  let chosen = null;
  let drawn = "";
  let failures = 0;
  let atEnd = true;

  const newest = (id) => (texts.get(id) || []).reduce((last, text) => Math.max(last, text.id), 0);

  function element(tag, className, content) {
    const made = document.createElement(tag);
    if (className) made.className = className;
    if (content !== undefined) made.textContent = content;
    return made;
  }

  async function ask(path, sent) {
    const options = { headers: { Accept: "application/json" }, cache: "no-store" };
    if (sent) {
      options.method = "POST";
      options.headers["Content-Type"] = "application/json";
      options.headers["X-CSRFToken"] = token;
      options.body = JSON.stringify(sent);
    }
    const known = state ? state.version : "";
    const response = await fetch(`/demo/${path}?v=${encodeURIComponent(known)}`, options);
    const type = response.headers.get("Content-Type") || "";
    if (!type.includes("json")) throw new Error("not the demo");
    return { ok: response.ok, body: await response.json() };
  }

  function take(fresh) {
    if (fresh.run !== run) {
      window.location.reload();
      return;
    }
    const isFirst = state === null;
    for (const phone of fresh.phones) {
      if (phone.texts) texts.set(phone.id, phone.texts);
      if (isFirst) seen.set(phone.id, newest(phone.id));
    }
    state = fresh;
    if (chosen === null && fresh.phones.length) chosen = fresh.phones[0].id;
    draw();
  }

  function found() {
    failures = 0;
    byId("lost").hidden = true;
  }

  function lost() {
    failures += 1;
    if (failures >= LOST_AFTER) byId("lost").hidden = false;
  }

  function draw() {
    byId("clock").textContent = state.clock;
    byId("date").textContent = state.date;
    const note = byId("note");
    if (note.textContent !== state.note) note.textContent = state.note;
    note.classList.toggle("is-slow", state.slow && !state.paused);
    note.classList.toggle("is-paused", state.paused);
    byId("pause").textContent = state.paused ? "Fortsæt" : "Pause";
    byId("pause").setAttribute("aria-pressed", String(state.paused));
    document.querySelectorAll("input[name=speed]").forEach((radio) => {
      radio.checked = Number(radio.value) === state.daySeconds;
    });
    const count = byId("open-count");
    count.textContent = String(state.openAlerts);
    count.hidden = state.openAlerts === 0;
    drawPhone();
    drawPeople();
  }

  function drawPeople() {
    const list = byId("people");
    const had = list.contains(document.activeElement);
    const tabs = state.phones.map((phone) => {
      const tab = element("button", "", phone.name.split(" ")[0]);
      tab.type = "button";
      tab.id = `tab-${phone.id}`;
      tab.title = `${phone.name}, ${phone.programme}`;
      tab.dataset.phone = String(phone.id);
      tab.setAttribute("role", "tab");
      tab.setAttribute("aria-controls", "handset");
      tab.setAttribute("aria-selected", String(phone.id === chosen));
      tab.tabIndex = phone.id === chosen ? 0 : -1;
      if (phone.id !== chosen && newest(phone.id) > (seen.get(phone.id) || 0)) {
        tab.append(element("span", "dot"), element("span", "visually-hidden", " (ny sms)"));
      }
      return tab;
    });
    const markup = tabs.map((tab) => tab.outerHTML).join("");
    if (list.dataset.markup === markup) return;
    list.dataset.markup = markup;
    list.replaceChildren(...tabs);
    if (had) byId(`tab-${chosen}`).focus();
  }

  function drawPhone() {
    const phone = state.phones.find((one) => one.id === chosen);
    if (!phone) return;
    byId("handset").setAttribute("aria-labelledby", `tab-${phone.id}`);
    byId("owner").textContent = `${phone.name}s telefon`.replace(/([sxz])s telefon$/, "$1' telefon");
    byId("about").textContent = [phone.number, phone.programme].filter(Boolean).join(" · ");
    byId("coming").textContent = phone.coming;
    drawTexts(phone);
    if (atEnd) toEnd();
  }

  function drawTexts(phone) {
    const shown = texts.get(phone.id) || [];
    const name = `${phone.id}:${shown.map((text) => `${text.id}${text.sent}`).join()}`;
    if (name === drawn) return;
    const samePhone = drawn.startsWith(`${phone.id}:`);
    drawn = name;
    box.replaceChildren(...bubbles(shown, samePhone ? seen.get(phone.id) || 0 : Infinity));
    seen.set(phone.id, newest(phone.id));
    if (!samePhone) toEnd();
  }

  function toEnd() {
    box.scrollTop = box.scrollHeight;
    atEnd = true;
  }

  function bubbles(shown, before) {
    if (!shown.length) return [element("p", "texts-none", "Ingen sms'er endnu")];
    const nodes = [];
    let day = "";
    for (const text of shown) {
      if (text.day !== day) nodes.push(element("div", "texts-day", text.day));
      day = text.day;
      const bubble = element("div", `text${text.mine ? " text-mine" : ""}${text.sent ? "" : " text-lost"}`);
      if (text.id > before) bubble.classList.add("text-new");
      bubble.append(
        element("span", "visually-hidden", text.mine ? "Patienten skrev:" : "Fra klinikken:"),
        element("p", "", text.body),
        element("time", "", text.sent ? text.time : `${text.time} · ikke sendt`),
      );
      nodes.push(bubble);
    }
    return nodes;
  }

  function choose(id) {
    chosen = id;
    drawn = "";
    problem("");
    draw();
  }

  function problem(sentence) {
    const line = byId("problem");
    line.textContent = sentence;
    line.hidden = !sentence;
  }

  async function act(path, sent, button) {
    button.disabled = true;
    try {
      const { ok, body } = await ask(path, sent);
      found();
      problem(ok ? "" : body.error || "Det gik ikke. Prøv igen.");
      if (ok) take(body);
      return ok;
    } catch {
      problem("Der er ingen forbindelse til demoen. Genindlæs siden.");
      return false;
    } finally {
      button.disabled = false;
    }
  }

  box.addEventListener("scroll", () => {
    atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < 40;
  });
  new ResizeObserver(() => atEnd && toEnd()).observe(box);
  byId("people").addEventListener("click", (event) => {
    const tab = event.target.closest("[role=tab]");
    if (tab) choose(Number(tab.dataset.phone));
  });
  byId("people").addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step || !state) return;
    event.preventDefault();
    const place = state.phones.findIndex((phone) => phone.id === chosen) + step;
    const phone = state.phones[(place + state.phones.length) % state.phones.length];
    choose(phone.id);
    byId(`tab-${phone.id}`).focus();
  });
  document.querySelectorAll(".suggestion").forEach((suggestion) => {
    suggestion.addEventListener("click", () => {
      byId("text").value = suggestion.dataset.text;
      byId("text").focus();
    });
  });
  byId("write").addEventListener("submit", async (event) => {
    event.preventDefault();
    const field = byId("text");
    const text = field.value;
    if (!text.trim() || chosen === null) {
      field.focus();
      return;
    }
    field.value = "";
    const sent = await act("reply", { patient: chosen, text }, event.target.querySelector(".send"));
    if (!sent && !field.value) field.value = text;
    toEnd();
    field.focus();
  });
  byId("pause").addEventListener("click", (event) => {
    act("clock", { do: state && state.paused ? "resume" : "pause" }, event.currentTarget);
  });
  byId("next").addEventListener("click", (event) => {
    act("clock", { do: "next", patient: chosen }, event.currentTarget);
  });
  document.querySelectorAll("input[name=speed]").forEach((radio) => {
    radio.addEventListener("change", () => act("clock", { do: "speed", daySeconds: Number(radio.value) }, radio));
  });
  document.querySelectorAll("[data-show]").forEach((button) => {
    button.addEventListener("click", () => {
      document.body.dataset.shown = button.dataset.show;
      document.querySelectorAll("[data-show]").forEach((one) => {
        one.setAttribute("aria-pressed", String(one === button));
      });
    });
  });

  async function poll() {
    try {
      const { ok, body } = await ask("state");
      if (ok) {
        found();
        take(body);
      } else {
        lost();
      }
    } catch {
      lost();
    }
    window.setTimeout(poll, state && state.slow ? POLL_IN_CONVERSATION : POLL);
  }
  poll();
})();
