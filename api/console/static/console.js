// What a page can do better with a script; without it every form still works.
"use strict";

// Menus that open close again: at Escape, and at a click elsewhere.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const open of document.querySelectorAll("details.drop[open]")) {
    open.open = false;
    open.querySelector("summary").focus();
  }
});
document.addEventListener("click", (event) => {
  for (const open of document.querySelectorAll("details.drop[open]")) {
    if (!open.contains(event.target)) open.open = false;
  }
});

// What was refused is what one should read first.
document.getElementById("problem")?.focus();

// A form is sent once: its button rests until the answer is there.
document.addEventListener("submit", (event) => {
  const pressed = event.submitter;
  if (pressed) setTimeout(() => { pressed.disabled = true; }, 0);
});
window.addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("button:disabled")) button.disabled = false;
});

// The remainder of a split, as one types. Amounts are counted in minor units, never in floats.
const minor = (text, decimals) => {
  const found = /^(\d+)(?:\.(\d*))?$/.exec(text.replace(/[,\s¥]/g, ""));
  if (!found || (found[2] || "").length > decimals) return null;
  return BigInt(found[1] + (found[2] || "").padEnd(decimals, "0"));
};
const shown = (units, decimals) => {
  const digits = (units < 0n ? -units : units).toString().padStart(decimals + 1, "0");
  const whole = decimals ? digits.slice(0, -decimals) : digits;
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return (units < 0n ? "−" : "") + grouped + (decimals ? "." + digits.slice(-decimals) : "");
};
for (const form of document.querySelectorAll("form[data-whole]")) {
  const decimals = Number(form.dataset.decimals);
  const whole = BigInt(form.dataset.whole);
  const told = form.querySelector("[data-remainder]");
  if (!told) continue;
  const update = () => {
    let rest = whole;
    for (const input of form.querySelectorAll("input[data-part]")) rest -= minor(input.value, decimals) ?? 0n;
    told.textContent = shown(rest, decimals);
    told.closest(".remainder").classList.toggle("over", rest < 0n);
  };
  form.addEventListener("input", update);
  update();
}

// Files can be dropped where they can be chosen.
for (const area of document.querySelectorAll(".droparea")) {
  const input = area.querySelector("input[type=file]");
  const over = (event) => { event.preventDefault(); area.classList.add("over"); };
  area.addEventListener("dragenter", over);
  area.addEventListener("dragover", over);
  area.addEventListener("dragleave", () => area.classList.remove("over"));
  area.addEventListener("drop", (event) => {
    event.preventDefault();
    area.classList.remove("over");
    input.files = event.dataTransfer.files;
  });
}

// The slider over the chain's days: the date beside it moves along, and letting go is going there.
for (const form of document.querySelectorAll("form[data-days]")) {
  const range = form.querySelector("input[type=range]");
  const shown = form.closest(".as-of").querySelector("input[type=date]");
  form.dataset.live = "yes";
  range.addEventListener("input", () => {
    shown.value = new Date(Number(range.value) * 86400000).toISOString().slice(0, 10);
    range.setAttribute("aria-valuetext", shown.value);
  });
  range.addEventListener("change", () => form.requestSubmit());
}

// Copying what is to be carried elsewhere.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
  button.textContent = button.dataset.copied;
});

// A lineage wider than its window begins where the reader's pieces do.
for (const picture of document.querySelectorAll("svg.lineage")) {
  const first = picture.querySelector(".own");
  const part = picture.closest(".scroll");
  if (first) part.scrollLeft = first.getBoundingClientRect().left - part.getBoundingClientRect().left - 8;
}

// What asks again keeps the reader's place: what was open, scrolled to the side, or had the focus.
let place = null;
document.body.addEventListener("htmx:beforeSwap", (event) => {
  const { target } = event.detail;
  const link = document.activeElement?.closest("a[href]");
  place = {
    open: [...target.querySelectorAll("details[open][id]")].map((one) => one.id),
    scrolled: [...target.querySelectorAll(".scroll")].map((one) => one.scrollLeft),
    href: link && target.contains(link) ? link.getAttribute("href") : null,
    part: target.id,
  };
});
document.body.addEventListener("htmx:afterSwap", () => {
  const part = place && document.getElementById(place.part);
  if (!part) return;
  for (const id of place.open) document.getElementById(id)?.setAttribute("open", "");
  part.querySelectorAll(".scroll").forEach((one, number) => { one.scrollLeft = place.scrolled[number] ?? 0; });
  if (place.href) part.querySelector(`a[href="${CSS.escape(place.href)}"]`)?.focus({ preventScroll: true });
  place = null;
});

// Lists ask again when the server says that something of the reader's changed; a hidden page listens to nothing, and
// asks once when it is looked at again.
const { changes, block } = document.body.dataset;
if (changes && window.EventSource) {
  let stream = null;
  let shown = Number(block);
  let before = false;
  const changed = (at) => {
    shown = at;
    htmx.trigger(document.body, "changed");
  };
  const listen = () => {
    if (document.hidden) {
      stream?.close();
      stream = null;
      return;
    }
    if (stream) return;
    stream = new EventSource(changes);
    stream.addEventListener("hello", (event) => {
      if (before || Number(event.data) > shown) changed(Number(event.data));
      before = true;
      document.body.dataset.live = "yes";
    });
    stream.addEventListener("changed", (event) => changed(Number(event.data)));
    stream.addEventListener("ended", () => {
      stream.close();
      document.body.dataset.live = "ended";
      if (document.querySelector("main [data-live]")) htmx.trigger(document.body, "changed");
    });
  };
  document.addEventListener("visibilitychange", listen);
  window.addEventListener("pagehide", () => { stream?.close(); stream = null; });
  window.addEventListener("pageshow", listen);
  listen();
}
