"use strict";
(() => {
  const find = document.getElementById("find");
  const shown = document.getElementById("shown");
  const statuses = [...document.querySelectorAll("input[name=status]")];
  const rows = [...document.querySelectorAll(".map tbody tr")].map((row) => ({
    row,
    details: document.getElementById("e" + row.dataset.e),
    status: row.dataset.s,
    text: (row.querySelector("th").textContent + " " + row.dataset.g).toLowerCase(),
  }));

  const filter = () => {
    const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
    const wanted = new Set(statuses.filter((box) => box.checked).map((box) => box.value));
    let count = 0;
    for (const one of rows) {
      const fits = wanted.has(one.status) && words.every((word) => one.text.includes(word));
      one.row.hidden = one.details.hidden = !fits;
      count += fits;
    }
    shown.value = count + " of " + rows.length + " shown";
  };

  const open = () => {
    const target = /^#[el]\d+$/.test(location.hash) && document.querySelector(location.hash);
    if (target) {
      target.open = true;
      target.querySelector("summary").focus();
    }
  };

  // A link can have the filter in it: page.html?find=asia&status=partial&status=none
  const link = new URLSearchParams(location.search);
  if (find) {
    find.value = link.get("find") ?? "";
    const wanted = link.getAll("status");
    for (const box of statuses) box.checked = !wanted.length || wanted.includes(box.value);
    find.form.addEventListener("input", filter);
    find.form.addEventListener("submit", (event) => event.preventDefault());
    filter();
  }
  addEventListener("hashchange", open);
  open();
  // Paper has no way to unfold.
  const folded = () => document.querySelectorAll("details:not([open])");
  let unfolded = [];
  addEventListener("beforeprint", () => {
    unfolded = [...folded()];
    for (const one of unfolded) one.open = true;
  });
  addEventListener("afterprint", () => {
    for (const one of unfolded) one.open = false;
  });
})();
